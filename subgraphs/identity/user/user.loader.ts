import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findUsersByIds, type UserRow } from './user.store.js';

export type UserLoader = LoaderDefinition<string, UserRow | null>;

export const createUserLoader = (tenants: TenantDatabase): UserLoader => ({
  name: 'userById',
  batch: async (context, ids) =>
    inKeyOrder(ids, await findUsersByIds(tenants.of(context), ids), (row) => row.id),
});
