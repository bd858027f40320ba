import type { ProfileChanges } from '../profile/profile.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { User } from '../../../prisma/generated/client.js';

export type UserRow = User;

export interface UserWithPassword extends UserRow {
  readonly password: { readonly hash: string } | null;
}

/** Locks a person until the transaction ends, and reads her: of two that change something of hers one goes first. */
export async function lockUser(db: PlatformDb, id: string): Promise<UserRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity."user" WHERE id = ${id}::uuid FOR UPDATE`;
  return db.user.findFirst({ where: { id } });
}

/** People who are members of the tenant; others are not seen. */
export const findUsersByIds = (db: TenantDb, ids: readonly string[]): Promise<UserRow[]> =>
  db.user.findMany({ where: { id: { in: [...ids] } } });

/** A member of the tenant by her address. */
export const findMemberByEmail = (db: TenantDb, email: string): Promise<UserRow | null> =>
  db.user.findFirst({ where: { email } });

export const findUserWithPassword = (db: PlatformDb, email: string): Promise<UserWithPassword | null> =>
  db.user.findFirst({ where: { email }, include: { password: { select: { hash: true } } } });

/** @returns null when the address belongs to somebody already */
export async function insertUser(
  db: PlatformDb,
  user: {
    readonly id: string;
    readonly email: string;
    readonly displayName: string;
    readonly status: UserRow['status'];
    readonly passwordHash: string;
  },
): Promise<UserRow | null> {
  const { passwordHash, ...data } = user;
  const rows = await db.user.createManyAndReturn({ data: [data], skipDuplicates: true });
  const created = rows[0];
  if (!created) return null;
  await db.passwordCredential.create({ data: { userId: created.id, hash: passwordHash } });
  return created;
}

/** @returns whether she was pending until now */
export async function markEmailVerified(db: PlatformDb, userId: string, email: string): Promise<boolean> {
  const { count } = await db.user.updateMany({
    where: { id: userId, email, status: 'PENDING' },
    data: { status: 'ACTIVE' },
  });
  return count > 0;
}

export const findUserById = (db: PlatformDb, id: string): Promise<UserWithPassword | null> =>
  db.user.findFirst({ where: { id }, include: { password: { select: { hash: true } } } });

export async function setPassword(db: PlatformDb, userId: string, hash: string): Promise<void> {
  await db.passwordCredential.upsert({ where: { userId }, create: { userId, hash }, update: { hash } });
}

export async function deletePassword(db: PlatformDb, userId: string): Promise<void> {
  await db.passwordCredential.deleteMany({ where: { userId } });
}

/** Another number than before is not verified. */
export async function updateProfile(db: PlatformDb, id: string, changes: ProfileChanges): Promise<UserRow | null> {
  if (changes.phone !== undefined) {
    await db.user.updateMany({ where: { id, NOT: { phone: changes.phone } }, data: { phoneVerifiedAt: null } });
  }
  const rows = await db.user.updateManyAndReturn({ where: { id }, data: changes });
  return rows[0] ?? null;
}
