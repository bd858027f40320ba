import type { Location, Prisma, ProviderQualification, Resource } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Interval } from '../availability/availability.js';
import type { Use } from './resource.js';

export type LocationRow = Location;
export type ResourceRow = Resource;
export type ProviderQualificationRow = ProviderQualification;

export const NAME_SORT: readonly SortKey[] = [
  { field: 'name', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const isLocation = async (db: TenantDb, id: string): Promise<boolean> =>
  (await db.location.count({ where: { id } })) > 0;

export const findLocationsByIds = (db: TenantDb, ids: readonly string[]): Promise<LocationRow[]> =>
  db.location.findMany({ where: { id: { in: [...ids] } } });

export function findLocationsPage(db: TenantDb, page: Page): Promise<LocationRow[]> {
  const { where, ...rest } = keysetQuery(page, NAME_SORT);
  return db.location.findMany({ where: { AND: [where] }, ...rest });
}

export const insertLocation = (
  db: TenantDb,
  location: Omit<Prisma.LocationUncheckedCreateInput, 'tenantId'>,
): Promise<LocationRow> => db.location.create({ data: location });

export function findResourcesPage(db: TenantDb, kind: string | undefined, page: Page): Promise<ResourceRow[]> {
  const { where, ...rest } = keysetQuery(page, NAME_SORT);
  return db.resource.findMany({ where: { AND: [kind === undefined ? {} : { kind }, where] }, ...rest });
}

export const findResourcesByIds = (db: TenantDb, ids: readonly string[]): Promise<ResourceRow[]> =>
  db.resource.findMany({ where: { id: { in: [...ids] } } });

export const insertResource = (
  db: TenantDb,
  resource: Omit<Prisma.ResourceUncheckedCreateInput, 'tenantId'>,
): Promise<ResourceRow> => db.resource.create({ data: resource });

export async function updateResource(
  db: TenantDb,
  id: string,
  change: Pick<Prisma.ResourceUncheckedUpdateInput, 'name' | 'capacity' | 'active'>,
): Promise<ResourceRow | null> {
  const [row] = await db.resource.updateManyAndReturn({ where: { id }, data: change });
  return row ?? null;
}

export interface Requirements {
  readonly resources: readonly { readonly kind: string; readonly units: number }[];
  readonly qualifications: readonly string[];
}

/** Puts new requirements of a service in the place of the old ones. The service must be locked. */
export async function replaceRequirements(db: TenantDb, serviceId: string, needs: Requirements): Promise<void> {
  await db.serviceRequirement.deleteMany({ where: { serviceId } });
  await db.serviceRequirement.createMany({ data: needs.resources.map((need) => ({ ...need, serviceId })) });
  await db.serviceQualification.deleteMany({ where: { serviceId } });
  await db.serviceQualification.createMany({ data: needs.qualifications.map((name) => ({ name, serviceId })) });
}

/** What services need, in the order of their ids. */
export async function findRequirementsOf(db: TenantDb, serviceIds: readonly string[]): Promise<Requirements[]> {
  const where = { serviceId: { in: [...serviceIds] } };
  const [resources, qualifications] = await Promise.all([
    db.serviceRequirement.findMany({ where, orderBy: { kind: 'asc' } }),
    db.serviceQualification.findMany({ where, orderBy: { name: 'asc' } }),
  ]);
  return serviceIds.map((id) => ({
    resources: resources.filter(({ serviceId }) => serviceId === id),
    qualifications: qualifications.filter(({ serviceId }) => serviceId === id).map(({ name }) => name),
  }));
}

export const findResourcesUsedBy = (
  db: TenantDb,
  sessionIds: readonly string[],
): Promise<{ readonly sessionId: string; readonly resource: ResourceRow }[]> =>
  db.resourceUse.findMany({
    where: { sessionId: { in: [...sessionIds] } },
    include: { resource: true },
    orderBy: { resource: { name: 'asc' } },
  });

/** Locks a service until the transaction ends. @returns whether there is one */
export async function lockService(db: TenantDb, id: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM booking.service WHERE id = ${id}::uuid FOR UPDATE`;
  return rows.length > 0;
}

/** Puts a provider's new qualifications in the place of the old ones. The provider must be locked. */
export async function replaceQualifications(
  db: TenantDb,
  providerId: string,
  qualifications: readonly { readonly name: string; readonly validUntil: Date | null }[],
): Promise<void> {
  await db.providerQualification.deleteMany({ where: { providerId } });
  await db.providerQualification.createMany({ data: qualifications.map((one) => ({ ...one, providerId })) });
}

export const findQualifications = (
  db: TenantDb,
  providerIds: readonly string[],
): Promise<ProviderQualificationRow[]> =>
  db.providerQualification.findMany({ where: { providerId: { in: [...providerIds] } }, orderBy: { name: 'asc' } });

/** The last day on which all qualifications count, null when they always do; `NEVER` where one is lacking. */
export type QualifiedUntil = string | null;

/** A service as one provider does it. */
interface Pair {
  readonly serviceId: string;
  readonly providerId: string;
}

/** Until when each provider may do a service, in the order of the pairs; null where nothing is asked of her. */
export async function findQualifiedUntil(db: TenantDb, pairs: readonly Pair[]): Promise<readonly QualifiedUntil[]> {
  const rows = await db.$queryRaw<{ place: number; qualified: boolean; last_day: string | null }[]>`
    SELECT one.place::int AS place, bool_and(has.name IS NOT NULL) AS qualified, min(has.valid_until)::text AS last_day
    FROM unnest(${pairs.map(({ serviceId }) => serviceId)}::uuid[], ${pairs.map(({ providerId }) => providerId)}::uuid[])
      WITH ORDINALITY AS one(service_id, provider_id, place)
    JOIN booking.service_qualification AS asked ON asked.service_id = one.service_id
    LEFT JOIN booking.provider_qualification AS has ON has.provider_id = one.provider_id AND has.name = asked.name
    GROUP BY one.place`;
  const known = new Map(rows.map((row) => [row.place - 1, row.qualified ? row.last_day : 'NEVER']));
  return pairs.map((_pair, at) => known.get(at) ?? null);
}

export interface UsedResource {
  readonly kind: string;
  readonly capacity: number;
  readonly locationId: string | null;
  readonly uses: readonly Use[];
}

/** All resources of some kinds that can be used, each with what is used of it, whatever their number. */
export async function findUsedResources(
  db: TenantDb,
  kinds: readonly string[],
  within: Interval,
): Promise<UsedResource[]> {
  if (kinds.length === 0) return [];
  const rows = await db.$queryRaw<
    {
      kind: string;
      capacity: number;
      location_id: string | null;
      starts: (number | null)[];
      ends: number[];
      units: number[];
    }[]
  >`
    SELECT one.kind, one.capacity, one.location_id::text,
           array_agg((extract(epoch FROM used.used_from) * 1000)::float8 ORDER BY used.used_from) AS starts,
           array_agg((extract(epoch FROM used.used_until) * 1000)::float8 ORDER BY used.used_from) AS ends,
           array_agg(used.units ORDER BY used.used_from) AS units
    FROM booking.resource AS one
    LEFT JOIN booking.resource_use AS used ON used.resource_id = one.id
      AND used.used_until > ${new Date(within.start)} AND used.used_from < ${new Date(within.end)}
    WHERE one.active AND one.kind = ANY(${[...kinds]})
    GROUP BY one.id, one.kind, one.capacity, one.location_id`;
  return rows.map(({ kind, capacity, location_id, starts, ends, units }) => ({
    kind,
    capacity,
    locationId: location_id,
    uses: starts.flatMap((start, at) =>
      start === null ? [] : [{ start, end: ends[at] ?? start, units: units[at] ?? 0 }],
    ),
  }));
}
