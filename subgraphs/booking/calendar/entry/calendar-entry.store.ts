import { sql, type Sql } from '../../../_kernel/tenancy/sql.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { LONGEST_STAY_MS } from '../../availability/availability.js';
import type { CalendarBooking } from './calendar-entry.js';

const select = (wanted: Sql): Sql => sql`
  SELECT b.id::text, b.reference, b.status::text, b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.time_zone AS "timeZone",
         b.intermission_from AS "intermissionFrom", b.intermission_until AS "intermissionUntil",
         p.name AS "providerName", s.name AS "serviceName", c.display_name AS "clientName", c.email AS "clientEmail",
         l.name AS "locationName", l.address AS "locationAddress", m.join_url AS "meetingUrl",
         h.changes, coalesce(h.changed_at, b.created_at) AS "changedAt"
  FROM (SELECT * FROM booking.booking WHERE ${wanted}) AS b
  JOIN booking.provider AS p ON p.id = b.provider_id
  JOIN booking.service AS s ON s.id = b.service_id
  JOIN booking.client AS c ON c.id = b.client_id
  LEFT JOIN booking.offering AS o ON o.provider_id = b.provider_id AND o.service_id = b.service_id
  LEFT JOIN booking.location AS l ON l.id = o.location_id
  LEFT JOIN booking.meeting AS m ON m.booking_id = b.id
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS changes, max(changed_at) AS changed_at
    FROM booking.booking_status_change WHERE booking_id = b.id
  ) AS h`;

export async function findCalendarBooking(db: TenantDb, id: string): Promise<CalendarBooking | null> {
  const rows = await db.$queryRaw<CalendarBooking[]>(select(sql`id = ${id}::uuid`));
  return rows[0] ?? null;
}

/** Bookings that start within a window, and stays that last into it, in order; the first `most` of them. */
export function findCalendarBookings(
  db: TenantDb,
  of: { readonly providerId: string | null; readonly clientId: string | null },
  window: { readonly from: Date; readonly until: Date },
  most: number,
): Promise<CalendarBooking[]> {
  const whose =
    of.providerId === null
      ? sql`client_id = ${of.clientId}::uuid`
      : sql`provider_id = ${of.providerId}::uuid`;
  const begunBefore = new Date(window.from.getTime() - LONGEST_STAY_MS);
  const wanted = sql`${whose} AND starts_at >= ${begunBefore} AND starts_at < ${window.until}
    AND (starts_at >= ${window.from} OR (nights IS NOT NULL AND ends_at > ${window.from}))
    ORDER BY starts_at, id LIMIT ${most}`;
  return db.$queryRaw<CalendarBooking[]>(sql`${select(wanted)} ORDER BY b.starts_at, b.id`);
}
