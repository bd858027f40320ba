import type { BookingGroup, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type BookingGroupRow = BookingGroup;

export async function insertGroup(
  db: TenantDb,
  group: Omit<Prisma.BookingGroupUncheckedCreateInput, 'tenantId'>,
): Promise<void> {
  await db.bookingGroup.create({ data: group });
}

export const findGroupsByIds = (db: TenantDb, ids: readonly string[]): Promise<BookingGroupRow[]> =>
  db.bookingGroup.findMany({ where: { id: { in: [...ids] } } });

/** Newest first: ids are made in the order of time. */
export const GROUP_SORT: readonly SortKey[] = [{ field: 'id', order: 'desc', type: 'uuid' }];

export interface GroupFilter {
  readonly kind?: BookingGroupRow['kind'] | undefined;
  readonly clientId?: string | undefined;
}

export function findGroupsPage(db: TenantDb, { kind, clientId }: GroupFilter, page: Page): Promise<BookingGroupRow[]> {
  const { where, ...rest } = keysetQuery(page, GROUP_SORT);
  const wanted = { ...(kind ? { kind } : {}), ...(clientId ? { clientId } : {}) };
  return db.bookingGroup.findMany({ where: { AND: [wanted, where] }, ...rest });
}

/** The bookings of groups in their order, ids alone. */
export const findGroupMembers = async (
  db: TenantDb,
  groupIds: readonly string[],
): Promise<{ readonly id: string; readonly groupId: string | null }[]> =>
  db.booking.findMany({
    where: { groupId: { in: [...groupIds] } },
    select: { id: true, groupId: true },
    orderBy: { groupPosition: 'asc' },
  });

export const BOOKING_SCOPES = ['ONE', 'FOLLOWING', 'ALL'] as const;
/** Of bookings made together: one, that and those behind it, or all. */
export type BookingScope = (typeof BOOKING_SCOPES)[number];

/** The bookings that a change of one bears on and that are not over yet, in their order, the one itself included. */
export async function findInScope(db: TenantDb, id: string, scope: BookingScope): Promise<string[]> {
  const one = await db.booking.findFirst({ where: { id }, select: { groupId: true, groupPosition: true } });
  if (!one) return [];
  if (scope === 'ONE' || one.groupId === null) return [id];
  const members = await db.booking.findMany({
    where: {
      groupId: one.groupId,
      ...(scope === 'FOLLOWING' ? { groupPosition: { gte: one.groupPosition ?? 0 } } : {}),
      OR: [{ id }, { status: { in: ['PENDING', 'CONFIRMED'] } }],
    },
    select: { id: true },
    orderBy: { groupPosition: 'asc' },
  });
  return members.map((member) => member.id);
}
