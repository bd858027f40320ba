import type { OidcRecord } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type OidcRecordRow = OidcRecord;

export interface NewOidcRecord {
  readonly model: string;
  readonly hash: string;
  readonly sealed: string;
  readonly grantHash: string | null;
  readonly uidHash: string | null;
  readonly expiresAt: Date;
}

export async function putRecord(db: TenantDb, record: NewOidcRecord): Promise<void> {
  const { model, hash, sealed, grantHash, uidHash, expiresAt } = record;
  await db.$executeRaw`
    INSERT INTO identity.oidc_record (model, hash, sealed, grant_hash, uid_hash, expires_at)
    VALUES (${model}, ${hash}, ${sealed}, ${grantHash}, ${uidHash}, ${expiresAt})
    ON CONFLICT (tenant_id, model, hash) DO UPDATE
    SET sealed = EXCLUDED.sealed, grant_hash = EXCLUDED.grant_hash, uid_hash = EXCLUDED.uid_hash,
        expires_at = EXCLUDED.expires_at`;
}

/** @returns whether there was none before */
export async function addRecord(db: TenantDb, record: NewOidcRecord): Promise<boolean> {
  const { count } = await db.oidcRecord.createMany({ data: [record], skipDuplicates: true });
  return count > 0;
}

export const findRecord = (
  db: TenantDb,
  model: string,
  by: { readonly hash: string } | { readonly uidHash: string },
): Promise<OidcRecordRow | null> => db.oidcRecord.findFirst({ where: { model, ...by } });

/** @returns whether it was there and had not been used */
export async function consumeRecord(db: TenantDb, model: string, hash: string, consumedAt: Date): Promise<boolean> {
  const { count } = await db.oidcRecord.updateMany({ where: { model, hash, consumedAt: null }, data: { consumedAt } });
  return count > 0;
}

export async function deleteRecord(db: TenantDb, model: string, hash: string): Promise<void> {
  await db.oidcRecord.deleteMany({ where: { model, hash } });
}

export async function deleteRecordsOfGrants(db: TenantDb, grantHashes: readonly string[], model?: string): Promise<void> {
  await db.oidcRecord.deleteMany({ where: { grantHash: { in: [...grantHashes] }, ...(model ? { model } : {}) } });
}

export async function deleteExpiredRecords(db: PlatformDb, now: Date): Promise<void> {
  await db.oidcRecord.deleteMany({ where: { expiresAt: { lt: now } } });
}
