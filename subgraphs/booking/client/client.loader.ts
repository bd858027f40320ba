import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findClientsByIds, findClientsOfUsers, type ClientRow } from './client.store.js';

export interface ClientLoaders {
  readonly byId: LoaderDefinition<string, ClientRow | null>;
  readonly byUserId: LoaderDefinition<string, ClientRow | null>;
}

export const createClientLoaders = (tenants: TenantDatabase): ClientLoaders => ({
  byId: {
    name: 'clientById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findClientsByIds(tenants.of(context), ids), (row) => row.id),
  },
  byUserId: {
    name: 'clientByUserId',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findClientsOfUsers(tenants.of(context), ids), (row) => row.userId),
  },
});
