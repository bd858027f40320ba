import type { Booking, BookingHold, BookingStatusChange, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingStatus } from './reservation.js';

export type BookingRow = Booking;
export type BookingStatusChangeRow = BookingStatusChange;
export type BookingHoldRow = BookingHold;

/** A booking with the names that go into its events. */
export interface NamedBooking extends BookingRow {
  readonly provider: { readonly name: string };
  readonly service: { readonly name: string };
  readonly client: { readonly userId: string | null; readonly email: string | null };
}

const withNames = {
  provider: { select: { name: true } },
  service: { select: { name: true } },
  client: { select: { userId: true, email: true } },
} as const satisfies Prisma.BookingInclude;

/** Earliest start first. */
export const BOOKING_SORT: readonly SortKey[] = [
  { field: 'startsAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

/** Latest start first. */
export const OWN_BOOKING_SORT: readonly SortKey[] = [
  { field: 'startsAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface BookingFilter {
  readonly status?: BookingStatus | null | undefined;
  readonly providerId?: string | undefined;
  /** Starts at or after. */
  readonly from?: Date | null | undefined;
  /** Starts before. */
  readonly to?: Date | null | undefined;
  /** What may be seen of them. */
  readonly visible?: Prisma.BookingWhereInput | undefined;
}

export const findBookingsByIds = (db: TenantDb, ids: readonly string[]): Promise<BookingRow[]> =>
  db.booking.findMany({ where: { id: { in: [...ids] } } });

export const findNamedBooking = (db: TenantDb, id: string): Promise<NamedBooking | null> =>
  db.booking.findFirst({ where: { id }, include: withNames });

export function findBookingsPage(db: TenantDb, filter: BookingFilter, page: Page): Promise<BookingRow[]> {
  const { where, ...rest } = keysetQuery(page, BOOKING_SORT);
  const { status, providerId, from, to, visible = {} } = filter;
  const wanted: Prisma.BookingWhereInput = {
    ...(status ? { status } : {}),
    ...(providerId ? { providerId } : {}),
    startsAt: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) },
  };
  return db.booking.findMany({ where: { AND: [wanted, visible, where] }, ...rest });
}

export function findBookingsOfClientPage(
  db: TenantDb,
  clientId: string,
  visible: Prisma.BookingWhereInput,
  page: Page,
): Promise<BookingRow[]> {
  const { where, ...rest } = keysetQuery(page, OWN_BOOKING_SORT);
  return db.booking.findMany({ where: { AND: [{ clientId }, visible, where] }, ...rest });
}

/**
 * Takes a provider's time if it is free; the database decides that, whoever else asks at the same moment.
 * @returns null when the time is taken or the reference is
 */
export async function insertBooking(
  db: TenantDb,
  booking: Omit<Prisma.BookingUncheckedCreateInput, 'tenantId' | 'hold' | 'statusChanges'>,
): Promise<BookingRow | null> {
  const [row] = await db.booking.createManyAndReturn({ data: [booking], skipDuplicates: true });
  return row ?? null;
}

/**
 * Whether it is plain that a slot is taken: one cheap look that spares everybody who comes too late the locks and
 * the calendar. What it lets pass may still be taken.
 * @param sessionId what all who book this slot would share
 */
export async function isPlainlyTaken(
  db: TenantDb,
  slot: { readonly providerId: string; readonly serviceId: string; readonly startsAt: Date; readonly sessionId: string },
): Promise<boolean> {
  const { providerId, serviceId, startsAt, sessionId } = slot;
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM booking.service AS wanted JOIN booking.booking AS live
      ON live.provider_id = ${providerId}::uuid
      AND live.starts_at >= ${startsAt}::timestamptz - interval '72 hours'
      AND live.starts_at < ${startsAt}::timestamptz + interval '72 hours'
      AND live.blocked_until > ${startsAt}::timestamptz - make_interval(mins => wanted.buffer_before_minutes)
      AND live.blocked_from < ${startsAt}::timestamptz
        + make_interval(mins => wanted.duration_minutes + wanted.buffer_after_minutes)
      AND booking.worked_time(live.blocked_from, live.intermission_from, live.intermission_until, live.blocked_until)
        && booking.worked_time(
          ${startsAt}::timestamptz - make_interval(mins => wanted.buffer_before_minutes),
          ${startsAt}::timestamptz + make_interval(mins => wanted.intermission_after_minutes),
          ${startsAt}::timestamptz + make_interval(mins => wanted.intermission_after_minutes + wanted.intermission_minutes),
          ${startsAt}::timestamptz + make_interval(mins => wanted.duration_minutes + wanted.buffer_after_minutes))
      AND live.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
    WHERE wanted.id = ${serviceId}::uuid
    GROUP BY wanted.tenant_id, wanted.id
    HAVING count(*) FILTER (WHERE live.session_id <> ${sessionId}::uuid) > 0
        OR count(*) FILTER (WHERE live.session_id = ${sessionId}::uuid) >= wanted.capacity`;
  return rows.length > 0;
}

/** The lowest seat that nobody of a session has. */
export async function findFreeSeat(db: TenantDb, sessionId: string): Promise<number> {
  const rows = await db.booking.findMany({
    where: { sessionId, status: { in: ['PENDING', 'CONFIRMED', 'COMPLETED'] } },
    select: { seat: true },
  });
  const taken = new Set(rows.map(({ seat }) => seat));
  let seat = 1;
  while (taken.has(seat)) seat += 1;
  return seat;
}

export const isReferenceTaken = async (db: TenantDb, reference: string): Promise<boolean> =>
  (await db.booking.count({ where: { reference } })) > 0;

/** Locks a booking until the transaction ends, so that of two changes at once one goes first. */
export async function lockBooking(db: TenantDb, id: string): Promise<NamedBooking | null> {
  await db.$queryRaw`SELECT 1 FROM booking.booking WHERE id = ${id}::uuid FOR UPDATE`;
  return findNamedBooking(db, id);
}

/** The booking must be locked. @param feeAmount what came due by it, in minor units */
export async function updateStatus(db: TenantDb, id: string, status: BookingStatus, feeAmount?: bigint): Promise<void> {
  await db.booking.updateMany({ where: { id }, data: { status, ...(feeAmount === undefined ? {} : { feeAmount }) } });
}

/** Puts a booking elsewhere. The booking must be locked; whoever takes its new place meanwhile makes it fail. */
export async function updatePlace(
  db: TenantDb,
  id: string,
  place: Pick<
    BookingRow,
    | 'status'
    | 'startsAt'
    | 'endsAt'
    | 'blockedFrom'
    | 'blockedUntil'
    | 'intermissionFrom'
    | 'intermissionUntil'
    | 'sessionId'
    | 'seat'
    | 'sessionCapacity'
  >,
): Promise<void> {
  await db.booking.updateMany({ where: { id }, data: place });
}

/** Takes back a booking that was inserted in this very transaction. */
export async function deleteBooking(db: TenantDb, id: string): Promise<void> {
  await db.booking.deleteMany({ where: { id } });
}

/**
 * Gives an expired booking its time back if nobody else has it. Somebody who takes it at this very moment makes
 * the update fail on the exclusion constraint, and with it the transaction, which has to be run again.
 * @returns whether the booking is confirmed now
 */
export async function reclaimTime(db: TenantDb, id: string): Promise<boolean> {
  const updated = await db.$executeRaw`
    UPDATE booking.booking AS late SET status = 'CONFIRMED', updated_at = now()
    WHERE late.id = ${id}::uuid AND late.status = 'EXPIRED' AND NOT EXISTS (
      SELECT 1 FROM booking.booking AS taken
      WHERE taken.provider_id = late.provider_id
        AND taken.blocked_from < late.blocked_until AND taken.blocked_until > late.blocked_from
        AND booking.worked_time(taken.blocked_from, taken.intermission_from, taken.intermission_until, taken.blocked_until)
          && booking.worked_time(late.blocked_from, late.intermission_from, late.intermission_until, late.blocked_until)
        AND taken.starts_at >= late.starts_at - CASE WHEN taken.nights IS NULL THEN interval '72 hours' ELSE interval '95 days' END
        AND (taken.session_id <> late.session_id OR taken.seat = late.seat)
        AND taken.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
    AND NOT booking.is_out_of_reach(late)`;
  return updated > 0;
}

export async function insertStatusChanges(
  db: TenantDb,
  changes: readonly Omit<Prisma.BookingStatusChangeCreateManyInput, 'tenantId'>[],
): Promise<void> {
  await db.bookingStatusChange.createMany({ data: [...changes] });
}

export const findStatusChanges = (db: TenantDb, bookingIds: readonly string[]): Promise<BookingStatusChangeRow[]> =>
  db.bookingStatusChange.findMany({
    where: { bookingId: { in: [...bookingIds] } },
    orderBy: [{ changedAt: 'asc' }, { id: 'asc' }],
  });

export async function insertHold(
  db: TenantDb,
  hold: { readonly bookingId: string; readonly expiresAt: Date; readonly tenant: TenantIdentity },
): Promise<void> {
  await db.bookingHold.create({ data: { ...hold, tenant: { ...hold.tenant } } });
}

export async function deleteHold(db: TenantDb, bookingId: string): Promise<void> {
  await db.bookingHold.deleteMany({ where: { bookingId } });
}

export const findHolds = (db: TenantDb, bookingIds: readonly string[]): Promise<BookingHoldRow[]> =>
  db.bookingHold.findMany({ where: { bookingId: { in: [...bookingIds] } } });

export interface DueHold {
  readonly bookingId: string;
  readonly tenant: TenantIdentity;
}

/** Holds of all tenants that are over, the oldest first. */
export async function findDueHolds(db: PlatformDb, now: Date, limit: number): Promise<DueHold[]> {
  const holds = await db.bookingHold.findMany({
    where: { expiresAt: { lte: now } },
    orderBy: { expiresAt: 'asc' },
    take: limit,
  });
  return holds.map(({ bookingId, tenant }) => ({ bookingId, tenant: tenant as unknown as TenantIdentity }));
}

/** Ids of what somebody has booked that has not begun and still stands, the next first. */
export async function findUpcomingOf(
  db: TenantDb,
  { userId, clientId }: { readonly userId: string | null; readonly clientId: string | null },
  now: Date,
): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ readonly id: string }[]>`
    SELECT b.id FROM booking.booking b JOIN booking.client c ON c.id = b.client_id
    WHERE (c.user_id = ${userId}::uuid OR c.id = ${clientId}::uuid)
      AND b.status IN ('PENDING', 'CONFIRMED') AND b.starts_at > ${now}
    ORDER BY b.starts_at, b.id`;
  return rows.map(({ id }) => id);
}
