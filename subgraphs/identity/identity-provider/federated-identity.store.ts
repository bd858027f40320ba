import type { FederatedIdentity } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type FederatedIdentityRow = FederatedIdentity;

export const findFederatedIdentity = (db: TenantDb, providerId: string, subject: string): Promise<FederatedIdentityRow | null> =>
  db.federatedIdentity.findFirst({ where: { providerId, subject } });

export const findIdentitiesOfUser = (db: TenantDb, userId: string) =>
  db.federatedIdentity.findMany({
    where: { userId },
    include: { provider: { select: { name: true, type: true } } },
    orderBy: { createdAt: 'asc' },
    take: 100,
  });

/** @returns null when somebody, or she herself by another name, is linked there already */
export async function insertFederatedIdentity(
  db: PlatformDb | TenantDb,
  row: Omit<FederatedIdentityRow, 'lastUsedAt'>,
): Promise<FederatedIdentityRow | null> {
  const rows = await db.federatedIdentity.createManyAndReturn({ data: [{ ...row, lastUsedAt: row.createdAt }], skipDuplicates: true });
  return rows[0] ?? null;
}

export async function noteUse(db: TenantDb, id: string, lastUsedAt: Date): Promise<void> {
  await db.federatedIdentity.updateMany({ where: { id }, data: { lastUsedAt } });
}

/** @returns whether there was one of hers */
export async function deleteIdentityOfUser(db: TenantDb, id: string, userId: string): Promise<boolean> {
  const { count } = await db.federatedIdentity.deleteMany({ where: { id, userId } });
  return count > 0;
}

/** Whether the company's directory says that somebody is to have no place here. */
export async function isLetGo(db: TenantDb, userId: string): Promise<boolean> {
  return (await db.scimUser.count({ where: { userId, active: false } })) > 0;
}
