import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MemberActivity } from '../../_kernel/wire/member-activity.js';
import type { Membership, Prisma } from '../../../prisma/generated/client.js';

export type MembershipRow = Membership;

export const MEMBERSHIP_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const findMembershipsOfUsers = (db: TenantDb, userIds: readonly string[]): Promise<MembershipRow[]> =>
  db.membership.findMany({ where: { userId: { in: [...userIds] } } });

/** At most ten thousand: more have their tokens renewed within a quarter of an hour. */
export const findMembershipsWithRole = (db: TenantDb, role: string): Promise<MembershipRow[]> =>
  db.membership.findMany({ where: { roles: { has: role } }, orderBy: { id: 'asc' }, take: 10_000 });

export const findMembershipsByIds = (db: TenantDb, ids: readonly string[]): Promise<MembershipRow[]> =>
  db.membership.findMany({ where: { id: { in: [...ids] } } });

export function findMembershipsPage(db: TenantDb, visible: Prisma.MembershipWhereInput, page: Page): Promise<MembershipRow[]> {
  const { where, ...rest } = keysetQuery(page, MEMBERSHIP_SORT);
  return db.membership.findMany({ where: { AND: [visible, where] }, ...rest });
}

/** @returns null when the person is a member already */
export async function insertMembership(
  db: PlatformDb | TenantDb,
  membership: {
    readonly tenantId: string;
    readonly id: string;
    readonly userId: string;
    readonly roles: readonly string[];
  },
): Promise<MembershipRow | null> {
  const rows = await db.membership.createManyAndReturn({
    data: [{ ...membership, roles: [...membership.roles] }],
    skipDuplicates: true,
  });
  return rows[0] ?? null;
}

/** Notes when members were last at work; what was seen later stays, and who is no member is nobody. */
export async function noteActivity(db: PlatformDb, activity: readonly MemberActivity[]): Promise<void> {
  await db.$executeRaw`
    UPDATE identity.membership AS m SET last_active_at = GREATEST(m.last_active_at, seen."lastActiveAt")
    FROM jsonb_to_recordset(${JSON.stringify(activity)}::jsonb) AS seen("tenantId" uuid, "userId" uuid, "lastActiveAt" timestamptz)
    WHERE m.tenant_id = seen."tenantId" AND m.user_id = seen."userId"`;
}
