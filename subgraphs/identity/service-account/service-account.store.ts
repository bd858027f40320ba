import type { ServiceAccount } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ServiceAccountRow = ServiceAccount;

export interface NewServiceAccountRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** @returns null when there is one of that name */
export async function insertServiceAccount(
  db: TenantDb,
  { permissions, ...row }: NewServiceAccountRow,
): Promise<ServiceAccountRow | null> {
  const rows = await db.serviceAccount.createManyAndReturn({
    data: [{ ...row, permissions: [...permissions] }],
    skipDuplicates: true,
  });
  return rows[0] ?? null;
}

export const findServiceAccounts = (db: TenantDb, archived: boolean): Promise<ServiceAccountRow[]> =>
  db.serviceAccount.findMany({ where: { archivedAt: archived ? { not: null } : null }, orderBy: { name: 'asc' }, take: 500 });

export const findServiceAccountsByIds = (db: TenantDb, ids: readonly string[]): Promise<ServiceAccountRow[]> =>
  db.serviceAccount.findMany({ where: { id: { in: [...ids] } } });

/** @returns the account as it is now; null when it is unknown or not archived */
export async function unarchiveServiceAccount(db: TenantDb, id: string): Promise<ServiceAccountRow | null> {
  const rows = await db.serviceAccount.updateManyAndReturn({ where: { id, archivedAt: { not: null } }, data: { archivedAt: null } });
  return rows[0] ?? null;
}

/** @returns the account as it is now; null when it is unknown or was archived before */
export async function archiveServiceAccount(
  db: TenantDb,
  id: string,
  archivedAt: Date,
): Promise<ServiceAccountRow | null> {
  const rows = await db.serviceAccount.updateManyAndReturn({ where: { id, archivedAt: null }, data: { archivedAt } });
  return rows[0] ?? null;
}
