import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { OperationUse } from '../../_kernel/wire/registered-operations.js';
import type { RegisteredOperation } from '../../../prisma/generated/client.js';
import type { ManifestOperation } from './registered-operation.js';

export type RegisteredOperationRow = RegisteredOperation;

export const OPERATION_SORT: readonly SortKey[] = [
  { field: 'name', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

/** @returns those that were not registered before */
export function insertOperations(
  db: TenantDb,
  of: { readonly clientId: string; readonly version: string; readonly createdAt: Date },
  operations: readonly ManifestOperation[],
): Promise<RegisteredOperationRow[]> {
  const { clientId, version, createdAt } = of;
  return db.registeredOperation.createManyAndReturn({
    data: operations.map(({ id: documentId, name, type, body }) => ({
      id: uuidv7(),
      clientId,
      documentId,
      name,
      type,
      body,
      firstVersion: version,
      lastVersion: version,
      createdAt,
    })),
    skipDuplicates: true,
  });
}

export async function markLastVersion(
  db: TenantDb,
  clientId: string,
  documentIds: readonly string[],
  lastVersion: string,
): Promise<void> {
  await db.registeredOperation.updateMany({
    where: { clientId, documentId: { in: [...documentIds] }, lastVersion: { not: lastVersion } },
    data: { lastVersion },
  });
}

export const findOperationsOf = (
  db: TenantDb,
  clientId: string,
  documentIds: readonly string[],
): Promise<RegisteredOperationRow[]> =>
  db.registeredOperation.findMany({
    where: { clientId, documentId: { in: [...documentIds] } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });

/** The registration of a document by one client; with null by any, rather one that is not retired. */
export const findOperation = (
  db: TenantDb,
  documentId: string,
  clientId: string | null,
): Promise<RegisteredOperationRow | null> =>
  db.registeredOperation.findFirst({
    where: { documentId, ...(clientId === null ? {} : { clientId }) },
    orderBy: [{ sunsetAt: { sort: 'desc', nulls: 'first' } }, { id: 'asc' }],
  });

export function findOperationsPage(db: TenantDb, clientId: string, page: Page): Promise<RegisteredOperationRow[]> {
  const { where, ...rest } = keysetQuery(page, OPERATION_SORT);
  return db.registeredOperation.findMany({ where: { AND: [{ clientId }, where] }, ...rest });
}

export async function retire(
  db: TenantDb,
  clientId: string,
  documentIds: readonly string[],
  retirement: { readonly retiredAt: Date; readonly sunsetAt: Date; readonly replacement: string | null },
): Promise<void> {
  await db.registeredOperation.updateMany({ where: { clientId, documentId: { in: [...documentIds] } }, data: retirement });
}

/** Adds up what gateways report; of several reports the latest use counts. */
export async function addUses(db: PlatformDb, uses: readonly OperationUse[]): Promise<void> {
  await db.$executeRaw`
    UPDATE identity.registered_operation o
    SET uses = o.uses + u.uses, last_used_at = GREATEST(o.last_used_at, u.last_used_at)
    FROM (
      SELECT owner_id, registration_id, sum(uses)::bigint AS uses, max(last_used_at) AS last_used_at
      FROM jsonb_to_recordset(${JSON.stringify(
        uses.map((use) => ({
          owner_id: use.ownerId,
          registration_id: use.registrationId,
          uses: use.uses,
          last_used_at: use.lastUsedAt,
        })),
      )}::jsonb) AS reported (owner_id uuid, registration_id uuid, uses bigint, last_used_at timestamptz)
      GROUP BY owner_id, registration_id
      ORDER BY owner_id, registration_id
    ) u
    WHERE o.tenant_id = u.owner_id AND o.id = u.registration_id`;
}
