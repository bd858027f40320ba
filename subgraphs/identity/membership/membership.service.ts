import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDb, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import type { UserRow } from '../user/user.store.js';
import type { MembershipLoaders } from './membership.loader.js';
import { membersLeftBy } from './membership-policy.js';
import {
  findMembershipsPage,
  insertMembership,
  MEMBERSHIP_SORT,
  type MembershipRow,
} from './membership.store.js';
import { changeSeat } from './seat.js';

export interface MembershipService {
  /** Null for one that is not there, and for one that is not hers to see, as policies leave it. */
  find(context: RequestContext, id: string): Promise<MembershipRow | null>;
  ofUser(context: RequestContext, userId: string): Promise<MembershipRow | null>;
  /** Those that policies leave. @throws {ForbiddenError} without `users:manage` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<MembershipRow>>;
  /**
   * Makes a person a member of the request's tenant, in the caller's transaction.
   * @returns null when she is one already
   * @throws {QuotaExceededError} when every seat of the plan is taken
   */
  grant(
    context: RequestContext,
    db: PlatformDb | TenantDb,
    user: UserRow,
    roles: readonly string[],
  ): Promise<MembershipRow | null>;
}

export function createMembershipService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly loaders: MembershipLoaders;
  readonly policies: TenantPolicies;
}): MembershipService {
  const { tenants, outbox, loaders, policies } = parts;
  return {
    find: (context, id) => context.loaders.of(context, loaders.byId).load(id),
    ofUser: (context, userId) => context.loaders.of(context, loaders.byUserId).load(userId),
    async list(context, args) {
      requirePermission(context, 'users:manage');
      const page = pageOf(args, MEMBERSHIP_SORT);
      const visible = membersLeftBy((await policies.of(context)).rowFilter('member:read', 'Membership'));
      const rows = await findMembershipsPage(tenants.of(context), visible, page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async grant(context, db, user, roles) {
      const membership = await insertMembership(db, {
        tenantId: context.tenant.id,
        id: uuidv7(),
        userId: user.id,
        roles,
      });
      if (!membership) return null;
      await changeSeat(db, context, [], membership.roles);
      await outbox.emit(db, context, 'identity.membership_granted', {
        membershipId: membership.id,
        userId: user.id,
        email: user.email,
        displayName: user.displayName,
        roles: membership.roles,
        isVerified: user.status !== 'PENDING',
      });
      return membership;
    },
  };
}
