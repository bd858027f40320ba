import type { Offering, Prisma, Service, ServiceRequirement } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ServiceTerms } from '../terms/terms.js';
import type { ProviderRow } from '../provider/provider.store.js';
import type { KeptIntermission } from './intermission.js';

export type ServiceRow = Service;
export type OfferingRow = Offering;

export const SERVICE_SORT: readonly SortKey[] = [
  { field: 'name', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const findServicesByIds = (db: TenantDb, ids: readonly string[]): Promise<ServiceRow[]> =>
  db.service.findMany({ where: { id: { in: [...ids] } } });

/** Services that can be booked, by name. */
export function findServicesPage(db: TenantDb, page: Page): Promise<ServiceRow[]> {
  const { where, ...rest } = keysetQuery(page, SERVICE_SORT);
  return db.service.findMany({ where: { AND: [{ status: 'ACTIVE' }, where] }, ...rest });
}

export const insertService = (
  db: TenantDb,
  service: Omit<Prisma.ServiceUncheckedCreateInput, 'tenantId'>,
): Promise<ServiceRow> => db.service.create({ data: service });

/** Which of the names there are. */
export async function findServiceNames(db: TenantDb, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.service.findMany({ where: { name: { in: [...names] } }, select: { name: true } });
  return new Set(rows.map(({ name }) => name));
}

/** @returns whether there is such a service */
export const setServiceTerms = async (db: TenantDb, id: string, terms: ServiceTerms): Promise<boolean> =>
  (await db.service.updateMany({ where: { id }, data: terms })).count > 0;

/** The service must be locked. */
export async function setServiceIntermission(db: TenantDb, id: string, intermission: KeptIntermission): Promise<void> {
  await db.service.updateMany({ where: { id }, data: intermission });
}

/** Of every service. */
export async function setSlotSteps(db: TenantDb, slotStepMinutes: number): Promise<void> {
  await db.service.updateMany({ data: { slotStepMinutes } });
}

/** Of services that can be booked, the oldest first. */
export const findOfferingsOfProviders = (db: TenantDb, providerIds: readonly string[]): Promise<OfferingRow[]> =>
  db.offering.findMany({
    where: { providerId: { in: [...providerIds] }, service: { status: 'ACTIVE' } },
    orderBy: [{ createdAt: 'asc' }, { serviceId: 'asc' }],
  });

export interface OfferedService extends OfferingRow {
  readonly provider: ProviderRow;
  readonly service: ServiceRow & { readonly requirements: readonly ServiceRequirement[] };
}

/** Whether a service can be booked with a provider at all. */
export const isBookable = ({ provider, service }: OfferedService): boolean =>
  provider.status === 'ACTIVE' && provider.bookable && service.status === 'ACTIVE';

const withBoth = {
  provider: true,
  service: { include: { requirements: { orderBy: { kind: 'asc' } } } },
} as const satisfies Prisma.OfferingInclude;

/** A service with each provider who can be booked for it. */
export const findBookableOfferings = (
  db: TenantDb,
  serviceId: string,
  providerId: string | undefined,
): Promise<OfferedService[]> =>
  db.offering.findMany({
    where: { serviceId, provider: { status: 'ACTIVE', bookable: true }, ...(providerId ? { providerId } : {}) },
    include: withBoth,
    orderBy: { providerId: 'asc' },
  });

/** What providers can be booked for, the oldest first. */
export const findBookableOf = (db: TenantDb, providerIds: readonly string[]): Promise<OfferedService[]> =>
  db.offering.findMany({
    where: {
      providerId: { in: [...providerIds] },
      provider: { status: 'ACTIVE', bookable: true },
      service: { status: 'ACTIVE' },
    },
    include: withBoth,
    orderBy: [{ createdAt: 'asc' }, { serviceId: 'asc' }],
  });

/** A service as one provider does it; null when she does not. */
export const findOfferedService = (
  db: TenantDb,
  providerId: string,
  serviceId: string,
): Promise<OfferedService | null> => db.offering.findFirst({ where: { providerId, serviceId }, include: withBoth });

/** Makes the offering or changes its price and place. */
export async function putOffering(
  db: TenantDb,
  offering: {
    readonly providerId: string;
    readonly serviceId: string;
    readonly priceAmount: number | null;
    readonly locationId: string | null;
  },
): Promise<OfferingRow> {
  const { providerId, serviceId, priceAmount, locationId } = offering;
  await db.$executeRaw`
    INSERT INTO booking.offering (provider_id, service_id, price_amount, location_id, updated_at)
    VALUES (${providerId}::uuid, ${serviceId}::uuid, ${priceAmount}::bigint, ${locationId}::uuid, now())
    ON CONFLICT (tenant_id, provider_id, service_id)
    DO UPDATE SET price_amount = excluded.price_amount, location_id = excluded.location_id, updated_at = now()`;
  return db.offering.findFirstOrThrow({ where: { providerId, serviceId } });
}
