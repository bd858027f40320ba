import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findServiceAccountsByIds, type ServiceAccountRow } from './service-account.store.js';

export type ServiceAccountLoader = LoaderDefinition<string, ServiceAccountRow | null>;

export const createServiceAccountLoader = (tenants: TenantDatabase): ServiceAccountLoader => ({
  name: 'serviceAccountById',
  batch: async (context, ids) =>
    inKeyOrder(ids, await findServiceAccountsByIds(tenants.of(context), ids), (row) => row.id),
});
