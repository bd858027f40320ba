import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { WorkingHours as WorkingHoursModel } from '../../../prisma/generated/client.js';
import { LONGEST_BLOCK_MS, LONGEST_LEAD_MS, LONGEST_STAY_MS, type Interval } from './availability.js';
import type { WorkingHours } from './working-hours.js';

export type WorkingHoursRow = WorkingHoursModel;

/** The weeks of providers, each in order. */
export const findWorkingHours = (db: TenantDb, providerIds: readonly string[]): Promise<WorkingHoursRow[]> =>
  db.workingHours.findMany({
    where: { providerId: { in: [...providerIds] } },
    orderBy: [{ weekday: 'asc' }, { startMinute: 'asc' }],
  });

/** Puts a new week in the place of the old one. The provider must be locked. */
export async function replaceWorkingHours(
  db: TenantDb,
  providerId: string,
  week: readonly (WorkingHours & { readonly id: string })[],
): Promise<void> {
  await db.workingHours.deleteMany({ where: { providerId } });
  await db.workingHours.createMany({ data: week.map((stretch) => ({ ...stretch, providerId })) });
}

/**
 * When providers are taken, buffers included and intermissions left out, each in order: one read however many they
 * are. What is pending takes time as well, and so does what stands in calendars of theirs elsewhere. The conditions are those that an
 * index serves behind row level security; the times come as JSON, since the driver takes longer over arrays than the
 * database over all of the query.
 */
export async function findBusyTimes(
  db: TenantDb,
  providerIds: readonly string[],
  within: Interval,
): Promise<Map<string, Interval[]>> {
  const rows = await db.$queryRaw<{ provider_id: string; starts: number[]; ends: number[] }[]>`
    SELECT provider_id::text,
           json_agg(round(date_part('epoch', taken_from) * 1000) ORDER BY taken_from) AS starts,
           json_agg(round(date_part('epoch', taken_until) * 1000) ORDER BY taken_from) AS ends
    FROM (
      SELECT provider_id, stretch.taken_from, stretch.taken_until FROM booking.booking
      CROSS JOIN LATERAL (VALUES
        (blocked_from, coalesce(intermission_from, blocked_until)), (intermission_until, blocked_until)
      ) AS stretch(taken_from, taken_until)
      WHERE stretch.taken_from IS NOT NULL AND provider_id = ANY(${[...providerIds]}::uuid[])
        AND starts_at >= ${new Date(within.start - LONGEST_BLOCK_MS)}
        AND starts_at < ${new Date(within.end + LONGEST_LEAD_MS)}
        AND blocked_until > ${new Date(within.start)}
        AND status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      UNION ALL
      SELECT provider_id, blocked_from, blocked_until FROM booking.booking
      WHERE provider_id = ANY(${[...providerIds]}::uuid[]) AND nights IS NOT NULL
        AND starts_at >= ${new Date(within.start - LONGEST_STAY_MS)}
        AND starts_at < ${new Date(within.start - LONGEST_BLOCK_MS)}
        AND blocked_until > ${new Date(within.start)}
        AND status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      UNION ALL
      SELECT provider_id, starts_at, ends_at FROM booking.external_busy_time
      WHERE provider_id = ANY(${[...providerIds]}::uuid[])
        AND ends_at > ${new Date(within.start)} AND starts_at < ${new Date(within.end + LONGEST_LEAD_MS)}
    ) AS taken
    GROUP BY provider_id`;
  return new Map(
    rows.map(({ provider_id, starts, ends }) => [
      provider_id,
      starts.map((start, at) => ({ start, end: ends[at] ?? start })),
    ]),
  );
}

/** A session of a service that others have begun to fill. Instants are epoch milliseconds. */
export interface BegunSession {
  readonly serviceId: string;
  readonly providerId: string;
  readonly start: number;
  readonly blockedFrom: number;
  readonly blockedUntil: number;
  /** Null where it has no intermission. */
  readonly intermissionFrom: number | null;
  readonly intermissionUntil: number | null;
  readonly seatsTaken: number;
}

/** The sessions of some services, whichever their providers. */
export async function findBegunSessions(
  db: TenantDb,
  serviceIds: readonly string[],
  providerIds: readonly string[],
  within: Interval,
): Promise<BegunSession[]> {
  if (serviceIds.length === 0) return [];
  return db.$queryRaw<BegunSession[]>`
    SELECT service_id::text AS "serviceId", provider_id::text AS "providerId", (extract(epoch FROM starts_at) * 1000)::float8 AS start,
           (extract(epoch FROM min(blocked_from)) * 1000)::float8 AS "blockedFrom",
           (extract(epoch FROM max(blocked_until)) * 1000)::float8 AS "blockedUntil",
           (extract(epoch FROM min(intermission_from)) * 1000)::float8 AS "intermissionFrom",
           (extract(epoch FROM max(intermission_until)) * 1000)::float8 AS "intermissionUntil",
           count(*)::int AS "seatsTaken"
    FROM booking.booking
    WHERE service_id = ANY(${[...serviceIds]}::uuid[]) AND provider_id = ANY(${[...providerIds]}::uuid[])
      AND starts_at >= ${new Date(within.start)} AND starts_at < ${new Date(within.end)}
      AND status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND session_id <> id
    GROUP BY service_id, provider_id, session_id, starts_at`;
}
