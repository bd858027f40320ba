import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { WorkingHours as WorkingHoursModel } from '../../../prisma/generated/client.js';
import { LONGEST_BLOCK_MS, type Interval } from './availability.js';
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
 * When providers are taken, buffers included, each in order: one read however many they are. What is pending
 * takes time as well. The conditions are those that an index serves behind row level security.
 */
export async function findBusyTimes(
  db: TenantDb,
  providerIds: readonly string[],
  within: Interval,
): Promise<Map<string, Interval[]>> {
  const rows = await db.$queryRaw<{ provider_id: string; starts: number[]; ends: number[] }[]>`
    SELECT provider_id::text,
           array_agg((extract(epoch FROM starts_at) * 1000)::float8 ORDER BY starts_at) AS starts,
           array_agg((extract(epoch FROM blocked_until) * 1000)::float8 ORDER BY starts_at) AS ends
    FROM booking.booking
    WHERE provider_id = ANY(${[...providerIds]}::uuid[])
      AND starts_at >= ${new Date(within.start - LONGEST_BLOCK_MS)} AND starts_at < ${new Date(within.end)}
      AND blocked_until > ${new Date(within.start)}
      AND status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
    GROUP BY provider_id`;
  return new Map(
    rows.map(({ provider_id, starts, ends }) => [
      provider_id,
      starts.map((start, at) => ({ start, end: ends[at] ?? start })),
    ]),
  );
}
