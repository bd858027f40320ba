import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { LifeFacts } from './tenant-life.js';
import type { TenantRow } from './tenant.store.js';

/** A company, deleted ones too, that nobody else changes until the transaction ends; null for an unknown id. */
export async function lockTenant(db: PlatformDb, id: string): Promise<TenantRow | null> {
  await db.$queryRaw`SELECT 1 FROM tenancy.tenant WHERE id = ${id}::uuid FOR UPDATE`;
  return db.tenant.findFirst({ where: { id } });
}

export async function writeLife(db: PlatformDb, before: TenantRow, facts: LifeFacts): Promise<TenantRow> {
  const { status, plan, trialEndsAt, suspendedAt, suspensionReason, deletedAt } = facts;
  const data = { status, plan, trialEndsAt, suspendedAt, suspensionReason, deletedAt };
  // Of a trial that ends at another time its owners are warned anew.
  const rewarned = trialEndsAt?.getTime() === before.trialEndsAt?.getTime() ? {} : { trialWarnedDays: null };
  return db.tenant.update({ where: { id: before.id }, data: { ...data, ...rewarned } });
}
