import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** Until the transaction ends, nobody else does what needs this lock in the same company. */
export async function lockOwnTenant(db: TenantDb): Promise<void> {
  await db.$queryRaw`SELECT 1 FROM tenancy.tenant_settings FOR UPDATE`;
}
