import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findProvidersByIds, type ProviderRow } from './provider.store.js';

export type ProviderLoader = LoaderDefinition<string, ProviderRow | null>;

export const createProviderLoader = (tenants: TenantDatabase): ProviderLoader => ({
  name: 'providerById',
  batch: async (context, ids) =>
    inKeyOrder(ids, await findProvidersByIds(tenants.of(context), ids), (row) => row.id),
});
