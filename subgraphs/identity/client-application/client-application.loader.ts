import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findClientsByIds, type ClientApplicationRow } from './client-application.store.js';

export const createClientLoader = (tenants: TenantDatabase): LoaderDefinition<string, ClientApplicationRow | null> => ({
  name: 'clientApplicationById',
  batch: async (context, ids) => inKeyOrder(ids, await findClientsByIds(tenants.of(context), ids), (row) => row.id),
});
