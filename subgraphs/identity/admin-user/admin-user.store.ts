import type { AdminUser } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

/** An administrator without what proves who she is. */
export type AdminUserRow = Omit<AdminUser, 'passwordHash' | 'welcomeHash'>;

const withoutSecrets = { passwordHash: true, welcomeHash: true } as const;

export const findAdminWithPassword = (db: PlatformDb, email: string): Promise<AdminUser | null> =>
  db.adminUser.findFirst({ where: { email } });

export const findAdmin = (db: PlatformDb, id: string): Promise<AdminUserRow | null> =>
  db.adminUser.findFirst({ where: { id }, omit: withoutSecrets });

export async function noteLogin(db: PlatformDb, id: string, lastLoginAt: Date): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.updateManyAndReturn({
    where: { id },
    data: { lastLoginAt },
    omit: withoutSecrets,
  });
  return rows[0] ?? null;
}

/** @returns null when the address is taken */
export async function insertAdmin(
  db: PlatformDb,
  admin: Pick<AdminUser, 'id' | 'email' | 'displayName' | 'role' | 'department' | 'passwordHash'>,
): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.createManyAndReturn({
    data: [admin],
    skipDuplicates: true,
    omit: withoutSecrets,
  });
  return rows[0] ?? null;
}

/** By name. */
export const ADMIN_SORT: readonly SortKey[] = [
  { field: 'displayName', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export function findAdminsPage(db: PlatformDb, page: Page, search: string | null): Promise<AdminUserRow[]> {
  const { where, ...rest } = keysetQuery(page, ADMIN_SORT);
  const part = { contains: search ?? '', mode: 'insensitive' } as const;
  const wanted = search === null ? {} : { OR: [{ displayName: part }, { email: part }] };
  return db.adminUser.findMany({ where: { AND: [wanted, where] }, ...rest, omit: withoutSecrets });
}

export async function updateAdmin(
  db: PlatformDb,
  id: string,
  changes: { readonly displayName?: string; readonly role?: string; readonly department?: string },
): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.updateManyAndReturn({ where: { id }, data: changes, omit: withoutSecrets });
  return rows[0] ?? null;
}

/** How many manage administrators; locked until the transaction ends, so that two do not leave by one another's word. */
export async function countSuperAdminsLocked(db: PlatformDb): Promise<number> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM identity.admin_user WHERE role = 'SUPER_ADMIN' ORDER BY id FOR UPDATE`;
  return rows.length;
}

export async function keepWelcome(db: PlatformDb, id: string, welcomeHash: string, welcomeUntil: Date): Promise<void> {
  await db.adminUser.updateMany({ where: { id }, data: { welcomeHash, welcomeUntil } });
}

const standing = (welcomeHash: string, now: Date) => ({ welcomeHash, welcomeUntil: { gt: now } });

/** Whose link it is; null when it does not count. */
export const findWelcomed = (db: PlatformDb, welcomeHash: string, now: Date): Promise<AdminUserRow | null> =>
  db.adminUser.findFirst({ where: standing(welcomeHash, now), omit: withoutSecrets });

/** Uses a link up for a password. @returns null when it does not count; of two who show it one is told so */
export async function takeWelcome(
  db: PlatformDb,
  welcomeHash: string,
  now: Date,
  passwordHash: string,
): Promise<AdminUserRow | null> {
  const rows = await db.adminUser.updateManyAndReturn({
    where: standing(welcomeHash, now),
    data: { passwordHash, welcomeHash: null, welcomeUntil: null },
    omit: withoutSecrets,
  });
  return rows[0] ?? null;
}

/** Ends every session that a member of platform staff has open. */
export async function endAdminSessions(db: PlatformDb, subjectId: string, revokedAt: Date): Promise<void> {
  await db.session.updateMany({
    where: { subjectId, realm: 'platform', revokedAt: null },
    data: { revokedAt, revokedFor: 'PASSWORD_CHANGED' },
  });
}
