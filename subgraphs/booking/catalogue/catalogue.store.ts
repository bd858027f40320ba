import type { Offering, Prisma, Service } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ProviderRow } from '../provider/provider.store.js';

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

/** Active providers of a service. */
export const findActiveProvidersOfService = (
  db: TenantDb,
  serviceId: string,
  providerId: string | undefined,
): Promise<ProviderRow[]> =>
  db.provider.findMany({
    where: { status: 'ACTIVE', offerings: { some: { serviceId } }, ...(providerId ? { id: providerId } : {}) },
    orderBy: { id: 'asc' },
  });

export interface OfferedService extends OfferingRow {
  readonly provider: ProviderRow;
  readonly service: ServiceRow;
}

/** A service as one provider does it; null when she does not. */
export const findOfferedService = (
  db: TenantDb,
  providerId: string,
  serviceId: string,
): Promise<OfferedService | null> =>
  db.offering.findFirst({ where: { providerId, serviceId }, include: { provider: true, service: true } });

/** Makes the offering or changes its price. */
export async function putOffering(
  db: TenantDb,
  offering: { readonly providerId: string; readonly serviceId: string; readonly priceAmount: number | null },
): Promise<OfferingRow> {
  const { providerId, serviceId, priceAmount } = offering;
  await db.$executeRaw`
    INSERT INTO booking.offering (provider_id, service_id, price_amount, updated_at)
    VALUES (${providerId}::uuid, ${serviceId}::uuid, ${priceAmount}::bigint, now())
    ON CONFLICT (tenant_id, provider_id, service_id)
    DO UPDATE SET price_amount = excluded.price_amount, updated_at = now()`;
  return db.offering.findFirstOrThrow({ where: { providerId, serviceId } });
}
