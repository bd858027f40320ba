import type { TravelTime } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { LONGEST_BLOCK_MS, LONGEST_LEAD_MS, type Interval, type TimeElsewhere } from '../availability/availability.js';
import { MINUTE_MS } from '../availability/zone-calendar.js';
import { LONGEST_WAY_MINUTES } from './travel.js';

export type TravelTimeRow = TravelTime;

export const TRAVEL_SORT: readonly SortKey[] = [
  { field: 'locationId', order: 'asc', type: 'uuid' },
  { field: 'otherLocationId', order: 'asc', type: 'uuid' },
];

export function findTravelTimesPage(db: TenantDb, page: Page): Promise<TravelTimeRow[]> {
  const { where, ...rest } = keysetQuery(page, TRAVEL_SORT);
  return db.travelTime.findMany({ where: { AND: [where] }, ...rest });
}

/** In minutes; none where nothing is set. */
export const findUsualTravelTime = async (db: TenantDb): Promise<number> =>
  (await db.usualTravelTime.findFirst())?.minutes ?? 0;

export async function putUsualTravelTime(db: TenantDb, minutes: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO booking.usual_travel_time (minutes) VALUES (${minutes})
    ON CONFLICT (tenant_id) DO UPDATE SET minutes = EXCLUDED.minutes`;
}

/** Both places, the lesser id first, as a pair is kept. */
const pairOf = (one: string, other: string): Pick<TravelTimeRow, 'locationId' | 'otherLocationId'> =>
  one < other ? { locationId: one, otherLocationId: other } : { locationId: other, otherLocationId: one };

/** @param minutes null to leave it to what is usual */
export async function putTravelTime(db: TenantDb, one: string, other: string, minutes: number | null): Promise<void> {
  const pair = pairOf(one, other);
  if (minutes === null) {
    await db.travelTime.deleteMany({ where: pair });
    return;
  }
  await db.$executeRaw`
    INSERT INTO booking.travel_time (location_id, other_location_id, minutes)
    VALUES (${pair.locationId}::uuid, ${pair.otherLocationId}::uuid, ${minutes})
    ON CONFLICT (tenant_id, location_id, other_location_id) DO UPDATE SET minutes = EXCLUDED.minutes`;
}

/** Where somebody would have to be. */
export interface Whereabouts {
  readonly providerId: string;
  readonly locationId: string | null;
}

/** Everybody who does some services, with where she does them. */
export const findWhereabouts = (db: TenantDb, serviceIds: readonly string[]): Promise<Whereabouts[]> =>
  db.offering.findMany({
    where: { serviceId: { in: [...serviceIds] } },
    select: { providerId: true, locationId: true },
  });

/** What has to be locked before it is asked who can get somewhere; nothing where no ways are set. */
export async function travelLocksOf(db: TenantDb, wanted: readonly Whereabouts[]): Promise<string[]> {
  const somewhere = wanted.filter(({ locationId }) => locationId !== null);
  if (somewhere.length === 0) return [];
  const [ways] = await db.$queryRaw<{ readonly areSet: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM booking.travel_time)
        OR EXISTS (SELECT 1 FROM booking.usual_travel_time) AS "areSet"`;
  return ways?.areSet === true ? somewhere.map(({ providerId }) => `travel:${providerId}`) : [];
}

/** How long a provider is on the way from where she does one service to another place, in milliseconds. */
export async function findWay(
  db: TenantDb,
  from: { readonly providerId: string; readonly serviceId: string },
  to: string | null,
): Promise<number> {
  const [way] = await db.$queryRaw<{ readonly ms: number }[]>`
    SELECT (extract(epoch FROM booking.travel_between(kernel.current_tenant_id(), location_id, ${to}::uuid)) * 1000)::float8 AS ms
    FROM booking.offering WHERE provider_id = ${from.providerId}::uuid AND service_id = ${from.serviceId}::uuid`;
  return way?.ms ?? 0;
}

/**
 * When providers are at other places than they would have to be, with the ways from there and back, each in order;
 * an intermission lets them go. In the order of `wanted`. One read however many they are, and none where nobody has to be anywhere.
 */
export async function findTimesElsewhere(
  db: TenantDb,
  wanted: readonly Whereabouts[],
  within: Interval,
): Promise<readonly (readonly TimeElsewhere[])[]> {
  const keyOf = ({ providerId, locationId }: Whereabouts): string => `${providerId} ${locationId ?? ''}`;
  const somewhere = new Map(wanted.filter(({ locationId }) => locationId !== null).map((one) => [keyOf(one), one]));
  if (somewhere.size === 0) return wanted.map(() => []);
  const asked = [...somewhere.values()];
  const way = LONGEST_WAY_MINUTES * MINUTE_MS;
  const rows = await db.$queryRaw<
    { providerId: string; locationId: string; starts: number[]; ends: number[]; places: string[] }[]
  >`
    SELECT here.provider_id::text AS "providerId", here.location_id::text AS "locationId",
           array_agg((extract(epoch FROM stretch.away_from - way) * 1000)::float8 ORDER BY stretch.away_from - way) AS starts,
           array_agg((extract(epoch FROM stretch.away_until + way) * 1000)::float8 ORDER BY stretch.away_from - way) AS ends,
           array_agg(place.name ORDER BY stretch.away_from - way) AS places
    FROM unnest(${asked.map(({ providerId }) => providerId)}::uuid[], ${asked.map(({ locationId }) => locationId)}::uuid[])
      AS here(provider_id, location_id)
    JOIN booking.offering AS there ON there.provider_id = here.provider_id AND there.location_id <> here.location_id
    JOIN booking.location AS place ON place.id = there.location_id
    CROSS JOIN LATERAL booking.travel_between(kernel.current_tenant_id(), here.location_id, there.location_id) AS way
    JOIN booking.booking AS taken ON taken.provider_id = there.provider_id AND taken.service_id = there.service_id
    CROSS JOIN LATERAL (VALUES
      (taken.blocked_from, coalesce(taken.intermission_from, taken.blocked_until)),
      (taken.intermission_until, taken.blocked_until)
    ) AS stretch(away_from, away_until)
    WHERE stretch.away_from IS NOT NULL AND way > interval '0' AND taken.nights IS NULL
      AND taken.starts_at >= ${new Date(within.start - LONGEST_BLOCK_MS - way)}
      AND taken.starts_at < ${new Date(within.end + LONGEST_LEAD_MS + way)}
      AND taken.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
    GROUP BY here.provider_id, here.location_id`;
  const known = new Map(
    rows.map((row) => [
      keyOf(row),
      row.starts.map((start, at) => ({ start, end: row.ends[at] ?? start, place: row.places[at] ?? '' })),
    ]),
  );
  return wanted.map((one) => known.get(keyOf(one)) ?? []);
}
