import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { byLoad, type Load } from './assignment.js';

/** What providers have to do within three days of a start, intermissions left out, however many they are: one read. */
async function findLoads(db: TenantDb, providerIds: readonly string[], startsAt: Date): Promise<Load[]> {
  return db.$queryRaw<Load[]>`
    SELECT one.id::text AS "providerId",
           coalesce(sum(extract(epoch FROM taken.ends_at - taken.starts_at
             - coalesce(taken.intermission_until - taken.intermission_from, interval '0')) / 60) FILTER (
             WHERE taken.starts_at > ${startsAt}::timestamptz - interval '3 days'
               AND taken.starts_at < ${startsAt}::timestamptz + interval '3 days'), 0)::float8 AS "bookedMinutes",
           (extract(epoch FROM max(taken.created_at)) * 1000)::float8 AS "lastBookedAt"
    FROM unnest(${[...providerIds]}::uuid[]) AS one(id)
    LEFT JOIN booking.booking AS taken ON taken.provider_id = one.id
      AND taken.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      AND taken.starts_at > ${startsAt}::timestamptz - interval '30 days'
      AND taken.starts_at < ${startsAt}::timestamptz + interval '30 days'
    GROUP BY one.id`;
}

/** Those who could do something at a start, whose turn it is first. */
export async function inTurn<One extends { readonly providerId: string }>(
  db: TenantDb,
  able: readonly One[],
  startsAt: Date,
): Promise<One[]> {
  const loads = await findLoads(db, able.map(({ providerId }) => providerId), startsAt);
  const places = new Map(loads.toSorted(byLoad).map(({ providerId }, place) => [providerId, place]));
  return able.toSorted((a, b) => (places.get(a.providerId) ?? 0) - (places.get(b.providerId) ?? 0));
}
