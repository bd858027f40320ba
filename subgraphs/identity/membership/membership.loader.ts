import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { seenOf } from './membership-policy.js';
import { findMembershipsByIds, findMembershipsOfUsers, type MembershipRow } from './membership.store.js';

export interface MembershipLoaders {
  readonly byId: LoaderDefinition<string, MembershipRow | null>;
  readonly byUserId: LoaderDefinition<string, MembershipRow | null>;
}

/** Members as policies leave them to whoever asks. */
export const createMembershipLoaders = (tenants: TenantDatabase, policies: TenantPolicies): MembershipLoaders => ({
  byId: {
    name: 'membershipById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await seenOf(policies, context, await findMembershipsByIds(tenants.of(context), ids)), (row) => row.id),
  },
  byUserId: {
    name: 'membershipByUserId',
    batch: async (context, ids) =>
      inKeyOrder(ids, await seenOf(policies, context, await findMembershipsOfUsers(tenants.of(context), ids)), (row) => row.userId),
  },
});
