import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findMembershipsByIds, findMembershipsOfUsers, type MembershipRow } from './membership.store.js';

export interface MembershipLoaders {
  readonly byId: LoaderDefinition<string, MembershipRow | null>;
  readonly byUserId: LoaderDefinition<string, MembershipRow | null>;
}

export const createMembershipLoaders = (tenants: TenantDatabase): MembershipLoaders => ({
  byId: {
    name: 'membershipById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findMembershipsByIds(tenants.of(context), ids), (row) => row.id),
  },
  byUserId: {
    name: 'membershipByUserId',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findMembershipsOfUsers(tenants.of(context), ids), (row) => row.userId),
  },
});
