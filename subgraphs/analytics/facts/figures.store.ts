import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { DateRange, Granularity } from '../calendar/calendar.js';
import { STANDING_STATUSES } from './facts.js';
import type { RevenueFigures, StatusCount } from './figures.js';

/** What stood at one key: a service, a provider. */
export interface RankedBookings {
  readonly id: string;
  readonly bookings: number;
  /** Minor units of the currency asked for. */
  readonly value: number;
}

export interface DayCounts {
  /** Bookings that start on the day. */
  readonly onDay: number;
  /** Bookings that start from the moment asked about on. */
  readonly upcoming: number;
}

const standing: readonly string[] = STANDING_STATUSES;

/**
 * Revenue by the first day of its period (see `startOfPeriod`), which may lie before the range; periods without
 * any are left out.
 */
export async function sumRevenue(
  db: TenantDb,
  { from, to }: DateRange,
  currency: string,
  granularity: Granularity,
): Promise<Map<string, RevenueFigures>> {
  const rows = await db.$queryRaw<{ start: string; payments: bigint; refunds: bigint }[]>`
    SELECT date_trunc(${granularity.toLowerCase()}, local_date)::date::text AS start,
           coalesce(sum(amount) FILTER (WHERE kind = 'PAYMENT'), 0)::bigint AS payments,
           coalesce(-sum(amount) FILTER (WHERE kind = 'REFUND'), 0)::bigint AS refunds
    FROM analytics.revenue_fact
    WHERE local_date BETWEEN ${from}::date AND ${to}::date AND currency = ${currency}
    GROUP BY 1`;
  return new Map(
    rows.map(({ start, payments, refunds }) => [start, { payments: Number(payments), refunds: Number(refunds) }]),
  );
}

/** Bookings that start within the range, by where they stand; statuses without any are left out. */
export const countBookings = (db: TenantDb, { from, to }: DateRange): Promise<StatusCount[]> =>
  db.$queryRaw<StatusCount[]>`
    SELECT status::text, count(*)::integer AS count
    FROM analytics.booking_fact
    WHERE local_date BETWEEN ${from}::date AND ${to}::date
    GROUP BY status`;

/** Bookings that stand: called off and expired ones are not counted, and of those to come only what is not over. */
export async function countDay(db: TenantDb, date: string, now: Date): Promise<DayCounts> {
  const rows = await db.$queryRaw<DayCounts[]>`
    SELECT
      (SELECT count(*)::integer FROM analytics.booking_fact
       WHERE local_date = ${date}::date AND status::text = ANY(${standing})) AS "onDay",
      (SELECT count(*)::integer FROM analytics.booking_fact
       WHERE starts_at >= ${now}::timestamptz AND status IN ('PENDING', 'CONFIRMED')) AS upcoming`;
  return rows[0] ?? { onDay: 0, upcoming: 0 };
}

/** The most booked of bookings that start within the range and stand, with what they were booked for. */
export async function rankBookings(
  db: TenantDb,
  by: 'SERVICE' | 'PROVIDER',
  { from, to }: DateRange,
  currency: string,
  limit: number,
): Promise<RankedBookings[]> {
  const rows = await db.$queryRaw<{ id: string; bookings: number; value: bigint }[]>`
    SELECT CASE WHEN ${by} = 'SERVICE' THEN service_id ELSE provider_id END AS id, count(*)::integer AS bookings,
           coalesce(sum(price_amount) FILTER (WHERE price_currency = ${currency}), 0)::bigint AS value
    FROM analytics.booking_fact
    WHERE local_date BETWEEN ${from}::date AND ${to}::date AND status::text = ANY(${standing})
    GROUP BY 1 ORDER BY bookings DESC, value DESC, id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}
