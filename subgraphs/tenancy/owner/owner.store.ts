import type { TenantMember } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

type TenantMemberRow = Omit<TenantMember, 'tenantId'>;

export async function keepMember(db: TenantDb, { userId, ...member }: TenantMemberRow): Promise<void> {
  const { count } = await db.tenantMember.updateMany({ where: { userId }, data: member });
  if (count === 0) await db.tenantMember.createMany({ data: [{ userId, ...member }], skipDuplicates: true });
}

/** Of somebody who is not known nothing is kept. */
export async function changeMember(
  db: TenantDb,
  userId: string,
  change: Partial<Omit<TenantMemberRow, 'userId'>>,
): Promise<void> {
  await db.tenantMember.updateMany({ where: { userId }, data: change });
}

export async function forgetMember(db: TenantDb, userId: string): Promise<void> {
  await db.tenantMember.deleteMany({ where: { userId } });
}

export type OwnerRow = TenantMember;

export const findOwnersOf = (db: PlatformDb, tenantIds: readonly string[]): Promise<OwnerRow[]> =>
  db.tenantMember.findMany({
    where: { tenantId: { in: [...tenantIds] }, isOwner: true },
    orderBy: [{ tenantId: 'asc' }, { userId: 'asc' }],
  });
