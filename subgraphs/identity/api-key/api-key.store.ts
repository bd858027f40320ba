import type { ApiKey } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ApiKeyUse } from '../../_kernel/wire/api-key.js';

/** A key without its hash. */
export type ApiKeyRow = Omit<ApiKey, 'hash'>;

const omit = { hash: true } as const;

/** Newest first. */
export const API_KEY_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewApiKeyRow {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly name: string;
  readonly hash: string;
  readonly hint: string;
  readonly permissions: readonly string[];
  readonly hourlyLimit: number;
  readonly registeredClient: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export const insertApiKey = (db: TenantDb, { permissions, ...row }: NewApiKeyRow): Promise<ApiKeyRow> =>
  db.apiKey.create({ data: { ...row, permissions: [...permissions] }, omit });

/** Locks the key until the transaction ends: who revokes it while it is replaced comes behind. */
export async function lockApiKey(db: TenantDb, id: string): Promise<ApiKeyRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity.api_key WHERE id = ${id}::uuid FOR UPDATE`;
  return db.apiKey.findFirst({ where: { id }, omit });
}

export function findApiKeysPage(db: TenantDb, page: Page): Promise<ApiKeyRow[]> {
  return db.apiKey.findMany({ ...keysetQuery(page, API_KEY_SORT), omit });
}

/** A key that counts, by its hash, whosever it is. */
export const findStandingKey = (db: PlatformDb, hash: string, now: Date): Promise<ApiKeyRow | null> =>
  db.apiKey.findFirst({
    where: { hash, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    omit,
  });

/** @returns the key as it is now; null when it is unknown */
export async function renameApiKey(db: TenantDb, id: string, name: string): Promise<ApiKeyRow | null> {
  const rows = await db.apiKey.updateManyAndReturn({ where: { id }, data: { name }, omit });
  return rows[0] ?? null;
}

/** @returns the key as it is now; null when it is unknown or counts no more */
export async function revokeApiKey(db: TenantDb, id: string, revokedAt: Date): Promise<ApiKeyRow | null> {
  const rows = await db.apiKey.updateManyAndReturn({ where: { id, revokedAt: null }, data: { revokedAt }, omit });
  return rows[0] ?? null;
}

/** Every key of an account that still counted. */
export const revokeKeysOf = (db: TenantDb, serviceAccountId: string, revokedAt: Date): Promise<ApiKeyRow[]> =>
  db.apiKey.updateManyAndReturn({ where: { serviceAccountId, revokedAt: null }, data: { revokedAt }, omit });

/** Lets a key end sooner than it would have. */
export async function endKeyBy(db: TenantDb, id: string, expiresAt: Date): Promise<void> {
  await db.apiKey.updateMany({
    where: { id, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: expiresAt } }] },
    data: { expiresAt },
  });
}

/** Adds up what was used. */
export async function addUses(db: PlatformDb, uses: readonly ApiKeyUse[]): Promise<void> {
  const rows = JSON.stringify(uses);
  await db.$executeRaw`
    UPDATE identity.api_key AS key
    SET usage_count = key.usage_count + used.uses,
        last_used_at = GREATEST(key.last_used_at, used."lastUsedAt")
    FROM jsonb_to_recordset(${rows}::jsonb) AS used("tenantId" uuid, "apiKeyId" uuid, uses bigint, "lastUsedAt" timestamptz)
    WHERE key.tenant_id = used."tenantId" AND key.id = used."apiKeyId"`;
}
