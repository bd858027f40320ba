import { inKeyOrder, type TenantLoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findProvidersByIds, type ProviderRow } from './provider.store.js';

export type ProviderLoader = TenantLoaderDefinition<string, ProviderRow | null>;

export const createProviderLoader = (tenants: TenantDatabase): ProviderLoader => ({
  name: 'providerById',
  ofTenant: true,
  batch: async (context, ids) =>
    inKeyOrder(ids, await findProvidersByIds(tenants.of(context), ids), (row) => row.id),
});
