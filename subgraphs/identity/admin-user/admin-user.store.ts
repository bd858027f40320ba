import type { AdminUser } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

/** An administrator without the password's hash. */
export type AdminUserRow = Omit<AdminUser, 'passwordHash'>;

const withoutPassword = { passwordHash: true } as const;

export const findAdminWithPassword = (db: PlatformDb, email: string): Promise<AdminUser | null> =>
  db.adminUser.findFirst({ where: { email } });

export const findAdmin = (db: PlatformDb, id: string): Promise<AdminUserRow | null> =>
  db.adminUser.findFirst({ where: { id }, omit: withoutPassword });

export async function noteLogin(db: PlatformDb, id: string, lastLoginAt: Date): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.updateManyAndReturn({
    where: { id },
    data: { lastLoginAt },
    omit: withoutPassword,
  });
  return rows[0] ?? null;
}

/** @returns null when the address is taken */
export async function insertAdmin(
  db: PlatformDb,
  admin: Pick<AdminUser, 'id' | 'email' | 'displayName' | 'role' | 'passwordHash'>,
): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.createManyAndReturn({
    data: [admin],
    skipDuplicates: true,
    omit: withoutPassword,
  });
  return rows[0] ?? null;
}
