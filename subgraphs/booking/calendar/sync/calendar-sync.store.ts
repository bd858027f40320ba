import type { CalendarCopy, Prisma } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { RemoteChanges, RemoteCopy } from '../remote/remote-calendar.js';

export type CalendarCopyRow = CalendarCopy;

/**
 * Takes a connection for one process, until a time at the latest. What the calendar has told of by now is followed
 * by that; what it tells later is noted anew.
 * @returns whether it was free
 */
export async function leaseConnection(db: TenantDb, id: string, now: Date, until: Date): Promise<boolean> {
  const free = { OR: [{ leasedUntil: null }, { leasedUntil: { lte: now } }] };
  const { count } = await db.calendarConnection.updateMany({ where: { id, ...free }, data: { leasedUntil: until, noticedAt: null } });
  return count > 0;
}

export const updateConnection = async (
  db: TenantDb,
  id: string,
  data: Prisma.CalendarConnectionUncheckedUpdateManyInput,
): Promise<void> => {
  await db.calendarConnection.updateMany({ where: { id }, data });
};

/** Notes that a calendar was read, unless it has been paused or disconnected meanwhile. @returns whether it was noted */
export async function noteRead(
  db: TenantDb,
  id: string,
  read: { readonly syncToken: string | null; readonly readWholeAt: Date | undefined; readonly at: Date },
): Promise<boolean> {
  const { syncToken, readWholeAt, at } = read;
  const data = { syncToken, lastSyncedAt: at, lastError: null, ...(readWholeAt ? { readWholeAt } : {}) };
  return (await db.calendarConnection.updateMany({ where: { id, status: 'ACTIVE' }, data })).count > 0;
}

export const deleteConnection = async (db: TenantDb, id: string): Promise<void> => {
  await db.calendarConnection.deleteMany({ where: { id } });
};

export const findCopies = (db: TenantDb, connectionId: string): Promise<CalendarCopyRow[]> =>
  db.calendarCopy.findMany({ where: { connectionId } });

export async function keepCopy(
  db: TenantDb,
  copy: RemoteCopy & { readonly connectionId: string; readonly bookingId: string; readonly sequence: number },
): Promise<void> {
  const { connectionId, bookingId, externalId, version, sequence } = copy;
  const data = { externalId, version, sequence };
  const { count } = await db.calendarCopy.updateMany({ where: { connectionId, bookingId }, data });
  if (count === 0) await db.calendarCopy.create({ data: { connectionId, bookingId, ...data } });
}

export const deleteCopy = async (db: TenantDb, connectionId: string, bookingId: string): Promise<void> => {
  await db.calendarCopy.deleteMany({ where: { connectionId, bookingId } });
};

/** Puts what has changed elsewhere in the place of what was known of it. What is listed twice is there once. */
export async function replaceBusyTimes(
  db: TenantDb,
  of: { readonly connectionId: string; readonly providerId: string },
  { whole, events, removed }: Pick<RemoteChanges, 'whole' | 'events' | 'removed'>,
): Promise<void> {
  const { connectionId, providerId } = of;
  const touched = [...events.map(({ externalId }) => externalId), ...removed];
  await db.externalBusyTime.deleteMany({ where: { connectionId, ...(whole ? {} : { externalId: { in: touched } }) } });
  const data = events.flatMap(({ externalId, busy }) => busy.map((time) => ({ ...time, connectionId, providerId, externalId })));
  await db.externalBusyTime.createMany({ data, skipDuplicates: true });
}

export interface Conflict {
  readonly bookingId: string;
  readonly busyFrom: Date;
  readonly busyUntil: Date;
}

/**
 * Holds the bookings of a provider against what a calendar says, and keeps what overlaps; what lies in an
 * intermission does not.
 * @returns what was not known yet
 */
export async function findNewConflicts(
  db: TenantDb,
  of: { readonly connectionId: string; readonly providerId: string },
  now: Date,
): Promise<Conflict[]> {
  const { connectionId, providerId } = of;
  const found = await db.$queryRaw<Conflict[]>`
    SELECT DISTINCT ON (b.id) b.id::text AS "bookingId", e.starts_at AS "busyFrom", e.ends_at AS "busyUntil"
    FROM booking.booking AS b JOIN booking.external_busy_time AS e
      ON e.connection_id = ${connectionId}::uuid AND e.starts_at < b.ends_at AND e.ends_at > b.starts_at
      AND booking.worked_time(b.starts_at, b.intermission_from, b.intermission_until, b.ends_at)
        && tstzmultirange(tstzrange(e.starts_at, e.ends_at))
    WHERE b.provider_id = ${providerId}::uuid AND b.ends_at > ${now} AND b.status IN ('PENDING', 'CONFIRMED')
    ORDER BY b.id, e.starts_at`;
  const bookingIds = found.map(({ bookingId }) => bookingId);
  await db.calendarConflict.deleteMany({ where: { connectionId, bookingId: { notIn: bookingIds } } });
  const rows = await db.calendarConflict.createManyAndReturn({
    data: found.map((conflict) => ({ ...conflict, connectionId, foundAt: now })),
    skipDuplicates: true,
  });
  return rows.map(({ bookingId, busyFrom, busyUntil }) => ({ bookingId, busyFrom, busyUntil }));
}
