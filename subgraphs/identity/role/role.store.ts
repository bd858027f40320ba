import type { Role } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type RoleRow = Role;

export const findRoles = (db: TenantDb): Promise<RoleRow[]> => db.role.findMany({ orderBy: { name: 'asc' } });

export const findRole = (db: TenantDb, id: string): Promise<RoleRow | null> => db.role.findFirst({ where: { id } });

/** @returns null when there is one of that name */
export async function insertRole(
  db: TenantDb,
  { permissions, ...row }: Pick<RoleRow, 'id' | 'name' | 'family' | 'description' | 'createdAt'> & { readonly permissions: readonly string[] },
): Promise<RoleRow | null> {
  const rows = await db.role.createManyAndReturn({ data: [{ ...row, permissions: [...permissions] }], skipDuplicates: true });
  return rows[0] ?? null;
}

export async function updateRole(
  db: TenantDb,
  id: string,
  { description, permissions }: { readonly description?: string | undefined; readonly permissions?: readonly string[] | undefined },
): Promise<RoleRow | null> {
  const rows = await db.role.updateManyAndReturn({
    where: { id },
    data: {
      ...(description === undefined ? {} : { description }),
      ...(permissions === undefined ? {} : { permissions: [...permissions] }),
    },
  });
  return rows[0] ?? null;
}

export async function deleteRole(db: TenantDb, id: string): Promise<void> {
  await db.role.deleteMany({ where: { id } });
}

export async function findFamilies(db: TenantDb): Promise<readonly string[]> {
  const rows = await db.roleFamily.findMany({ orderBy: { name: 'asc' }, select: { name: true } });
  return rows.map(({ name }) => name);
}

/** @returns whether it was not there yet */
export async function insertFamily(db: TenantDb, name: string, createdAt: Date): Promise<boolean> {
  const { count } = await db.roleFamily.createMany({ data: [{ name, createdAt }], skipDuplicates: true });
  return count > 0;
}
