import type { DataKey, Integration, Prisma } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IntegrationType } from './credentials.js';
import type { CheckOutcome } from './integration-check.js';

export type IntegrationRow = Integration;
export type DataKeyRow = DataKey;

export const findNewestKey = (db: TenantDb): Promise<DataKeyRow | null> =>
  db.dataKey.findFirst({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });

export const findKey = (db: TenantDb, id: string): Promise<DataKeyRow | null> => db.dataKey.findFirst({ where: { id } });

export async function insertKey(db: TenantDb, key: Pick<DataKeyRow, 'id' | 'sealedKey' | 'createdAt'>): Promise<void> {
  await db.dataKey.createMany({ data: [key] });
}

export async function deleteKeysBut(db: TenantDb, id: string): Promise<void> {
  await db.dataKey.deleteMany({ where: { id: { not: id } } });
}

/** Companies with a key older than that. */
export async function findTenantsWithOldKeys(db: PlatformDb, before: Date, limit: number): Promise<readonly string[]> {
  const rows = await db.dataKey.findMany({
    where: { createdAt: { lte: before } },
    orderBy: { createdAt: 'asc' },
    distinct: ['tenantId'],
    take: limit,
    select: { tenantId: true },
  });
  return rows.map(({ tenantId }) => tenantId);
}

export const findIntegrations = (db: TenantDb): Promise<IntegrationRow[]> =>
  db.integration.findMany({ orderBy: { type: 'asc' } });

export const findIntegration = (db: TenantDb, type: IntegrationType): Promise<IntegrationRow | null> =>
  db.integration.findFirst({ where: { type } });

export type IntegrationState = Omit<Prisma.IntegrationUncheckedCreateInput, 'tenantId' | 'type'>;

/** The caller holds the company's lock. */
export async function keepIntegration(db: TenantDb, type: IntegrationType, state: IntegrationState): Promise<IntegrationRow> {
  const [updated] = await db.integration.updateManyAndReturn({ where: { type }, data: state });
  const [created] = updated ? [] : await db.integration.createManyAndReturn({ data: [{ type, ...state }] });
  const row = updated ?? created;
  if (!row) throw new Error(`Integration ${type} was not kept`);
  return row;
}

export async function reseal(
  db: TenantDb,
  type: IntegrationType,
  sealed: Pick<IntegrationRow, 'keyId' | 'sealedCredentials'>,
): Promise<void> {
  await db.integration.updateMany({ where: { type }, data: sealed });
}

/** Notes that one is asked now. @returns null for one that was asked since, and for one that is not active */
export async function claimCheck(db: TenantDb, type: IntegrationType, now: Date, notSince: Date): Promise<IntegrationRow | null> {
  const rows = await db.integration.updateManyAndReturn({
    where: { type, isActive: true, OR: [{ checkedAt: null }, { checkedAt: { lt: notSince } }] },
    data: { checkedAt: now },
  });
  return rows[0] ?? null;
}

/** @returns null for one that has other credentials by now */
export async function keepCheck(
  db: TenantDb,
  { type, enabledAt }: Pick<IntegrationRow, 'type' | 'enabledAt'>,
  check: { readonly checkOutcome: CheckOutcome; readonly checkProblem: string | null },
): Promise<IntegrationRow | null> {
  const rows = await db.integration.updateManyAndReturn({ where: { type, enabledAt, isActive: true }, data: check });
  return rows[0] ?? null;
}

/** Active ones of every company of which operations do not know where to call them. */
export const findUntold = (db: PlatformDb, types: readonly IntegrationType[], limit: number): Promise<IntegrationRow[]> =>
  db.integration.findMany({ where: { isTold: false, isActive: true, type: { in: [...types] } }, take: limit });

/** @returns false for one that was told of, or is not active */
export async function markTold(db: TenantDb, type: IntegrationType): Promise<boolean> {
  const { count } = await db.integration.updateMany({ where: { type, isActive: true, isTold: false }, data: { isTold: true } });
  return count > 0;
}

/** @returns null for one that is not there or not active */
export async function markDisabled(db: TenantDb, type: IntegrationType, disabledAt: Date): Promise<IntegrationRow | null> {
  const rows = await db.integration.updateManyAndReturn({
    where: { type, isActive: true },
    data: { isActive: false, disabledAt },
  });
  return rows[0] ?? null;
}
