import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { User } from '../../../prisma/generated/client.js';

export type UserRow = User;

export interface UserWithPassword extends UserRow {
  readonly password: { readonly hash: string } | null;
}

/** People who are members of the tenant; others are not seen. */
export const findUsersByIds = (db: TenantDb, ids: readonly string[]): Promise<UserRow[]> =>
  db.user.findMany({ where: { id: { in: [...ids] } } });

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
