import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { UserRow } from './user.store.js';

/** A new person who proves elsewhere who she is, or has yet to. @returns null when the address is somebody's already */
export async function insertPasswordlessUser(
  db: PlatformDb,
  user: { readonly id: string; readonly email: string; readonly displayName: string; readonly status: 'ACTIVE' | 'PENDING' },
): Promise<UserRow | null> {
  const rows = await db.user.createManyAndReturn({ data: [user], skipDuplicates: true });
  return rows[0] ?? null;
}
