import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export async function keepMember(db: TenantDb, userId: string): Promise<void> {
  await db.bookingMember.createMany({ data: [{ userId }], skipDuplicates: true });
}

export async function forgetMember(db: TenantDb, userId: string): Promise<void> {
  await db.bookingMember.deleteMany({ where: { userId } });
}

/** Whether a user is a member of the company, as far as booking has heard. */
export async function isMember(db: TenantDb, userId: string): Promise<boolean> {
  return (await db.bookingMember.count({ where: { userId } })) > 0;
}
