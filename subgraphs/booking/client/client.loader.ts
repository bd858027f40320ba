import { inKeyOrder, type TenantLoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findClientsByIds, findClientsOfUsers, type ClientRow } from './client.store.js';

export interface ClientLoaders {
  readonly byId: TenantLoaderDefinition<string, ClientRow | null>;
  readonly byUserId: TenantLoaderDefinition<string, ClientRow | null>;
}

export const createClientLoaders = (tenants: TenantDatabase): ClientLoaders => ({
  byId: {
    name: 'clientById',
    ofTenant: true,
    batch: async (context, ids) =>
      inKeyOrder(ids, await findClientsByIds(tenants.of(context), ids), (row) => row.id),
  },
  byUserId: {
    name: 'clientByUserId',
    ofTenant: true,
    batch: async (context, ids) =>
      inKeyOrder(ids, await findClientsOfUsers(tenants.of(context), ids), (row) => row.userId),
  },
});
