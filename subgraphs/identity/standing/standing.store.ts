import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import { maySignIn } from '../user/user.js';
import { findUsersByIds, type UserRow } from '../user/user.store.js';
import type { Standing } from './standing.js';

/**
 * A person's place in the tenant, if she may sign in to it. Locked against changes until the transaction ends: a ban
 * that comes meanwhile waits for it, and so finds and ends the session that is opened here.
 */
export async function placeToSignInTo(db: TenantDb, userId: string): Promise<MembershipRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity.membership WHERE user_id = ${userId}::uuid FOR SHARE`;
  const [[place], [user]] = await Promise.all([findMembershipsOfUsers(db, [userId]), findUsersByIds(db, [userId])]);
  return place && user && maySignIn(user.status) && maySignIn(place.status) ? place : null;
}

/**
 * Who owns the company and can act for it, by membership. Locked until the transaction ends, so that two do not leave
 * by one another's word; read only then, since who held the lock before may have changed where somebody stands.
 */
export async function ownersLocked(db: TenantDb): Promise<readonly string[]> {
  await db.$queryRaw`SELECT 1 FROM identity.membership WHERE 'OWNER' = ANY(roles) ORDER BY id FOR UPDATE`;
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT m.id FROM identity.membership m JOIN identity."user" u ON u.id = m.user_id
    WHERE 'OWNER' = ANY(m.roles) AND m.status IN ('ACTIVE', 'PENDING') AND u.status IN ('ACTIVE', 'PENDING')`;
  return rows.map(({ id }) => id);
}

export async function membershipLocked(db: TenantDb, id: string): Promise<MembershipRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity.membership WHERE id = ${id}::uuid FOR UPDATE`;
  return db.membership.findFirst({ where: { id } });
}

export async function updateMembership(
  db: TenantDb,
  id: string,
  changes: { readonly status?: MembershipRow['status']; readonly roles?: readonly string[] },
): Promise<MembershipRow> {
  const { roles, ...rest } = changes;
  const data = { ...rest, ...(roles ? { roles: [...roles] } : {}) };
  const [row] = await db.membership.updateManyAndReturn({ where: { id }, data });
  if (!row) throw new Error(`Membership ${id} went while it was locked`);
  return row;
}

export async function deleteMembership(db: TenantDb, id: string): Promise<void> {
  await db.membership.deleteMany({ where: { id } });
}

/** Ends the sessions that somebody has open in the tenant. @returns their ids */
export async function endSessionsInTenant(
  db: TenantDb,
  subjectId: string,
  revokedFor: string,
  revokedAt: Date,
): Promise<readonly string[]> {
  const rows = await db.session.updateManyAndReturn({
    where: { subjectId, realm: 'tenant', revokedAt: null, expiresAt: { gt: revokedAt } },
    data: { revokedAt, revokedFor },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Keeps sign-ins of a person, in whichever tenant, from going on until the transaction ends. */
export async function lockPlacesOf(db: PlatformDb, userId: string): Promise<void> {
  await db.$queryRaw`
    SELECT 1 FROM identity.membership WHERE user_id = ${userId}::uuid ORDER BY tenant_id, id FOR UPDATE`;
}

export async function updateStanding(db: PlatformDb, id: string, { status, underlying }: Standing): Promise<UserRow> {
  const [row] = await db.user.updateManyAndReturn({ where: { id }, data: { status, underlying: [...underlying] } });
  if (!row) throw new Error(`User ${id} went while she was locked`);
  return row;
}

/** Whether some company has no other owner who can act for it. Its owners are locked until the transaction ends. */
export async function isLastOwnerSomewhere(db: PlatformDb, userId: string): Promise<boolean> {
  await db.$queryRaw`
    SELECT 1 FROM identity.membership
    WHERE 'OWNER' = ANY(roles) AND tenant_id IN (
      SELECT tenant_id FROM identity.membership WHERE user_id = ${userId}::uuid AND 'OWNER' = ANY(roles))
    ORDER BY tenant_id, id FOR UPDATE`;
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM identity.membership mine
    WHERE mine.user_id = ${userId}::uuid AND 'OWNER' = ANY(mine.roles) AND mine.status IN ('ACTIVE', 'PENDING')
      AND NOT EXISTS (
        SELECT 1 FROM identity.membership m JOIN identity."user" u ON u.id = m.user_id
        WHERE m.tenant_id = mine.tenant_id AND m.user_id <> mine.user_id AND 'OWNER' = ANY(m.roles)
          AND m.status IN ('ACTIVE', 'PENDING') AND u.status IN ('ACTIVE', 'PENDING'))`;
  return rows.length > 0;
}
