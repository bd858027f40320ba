import type { AuditCosignature } from '../../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type CosignatureRow = AuditCosignature;

/** Once for each witness and head: what came first stays. */
export async function insertCosignature(db: PlatformDb, row: CosignatureRow): Promise<void> {
  await db.auditCosignature.createMany({ data: [row], skipDuplicates: true });
}

/** Size of the greatest head that a witness has co-signed of a tenant's log; 0 for none. */
export async function findCosignedSize(db: PlatformDb, { tenantId, witness }: Pick<CosignatureRow, 'tenantId' | 'witness'>): Promise<number> {
  const newest = await db.auditCosignature.findFirst({ where: { tenantId, witness }, orderBy: { size: 'desc' }, select: { size: true } });
  return Number(newest?.size ?? 0n);
}

export const findCosignatures = (
  db: TenantDb | PlatformDb,
  { tenantId, size }: Pick<CosignatureRow, 'tenantId' | 'size'>,
): Promise<CosignatureRow[]> => db.auditCosignature.findMany({ where: { tenantId, size }, orderBy: { witness: 'asc' } });
