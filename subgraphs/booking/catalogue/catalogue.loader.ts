import { groupByKey, inKeyOrder, type TenantLoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import {
  findOfferingsOfProviders,
  findServicesByIds,
  type OfferingRow,
  type ServiceRow,
} from './catalogue.store.js';

export type ServiceLoader = TenantLoaderDefinition<string, ServiceRow | null>;
export type OfferingsLoader = TenantLoaderDefinition<string, OfferingRow[]>;

export const createServiceLoader = (tenants: TenantDatabase): ServiceLoader => ({
  name: 'serviceById',
  ofTenant: true,
  batch: async (context, ids) =>
    inKeyOrder(ids, await findServicesByIds(tenants.of(context), ids), (row) => row.id),
});

export const createOfferingsLoader = (tenants: TenantDatabase): OfferingsLoader => ({
  name: 'offeringsByProviderId',
  ofTenant: true,
  batch: async (context, ids) =>
    groupByKey(ids, await findOfferingsOfProviders(tenants.of(context), ids), (row) => row.providerId),
});
