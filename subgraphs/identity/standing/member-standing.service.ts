import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { MemberPrincipal } from '../../_kernel/wire/principal.js';
import type { IdentityEvents } from '../events.js';
import { membershipResource } from '../membership/membership-policy.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { changeSeat } from '../membership/seat.js';
import { mayHandOn } from '../role/role.js';
import type { RoleService } from '../role/role.service.js';
import { maySignIn } from '../user/user.js';
import { afterRuling, rulingSchema } from './standing.js';
import {
  deleteMembership,
  endSessionsInTenant,
  membershipLocked,
  ownersLocked,
  updateMembership,
} from './standing.store.js';

export interface Ruling {
  readonly status: string;
  readonly reason: string;
}

/**
 * What a company says of its members. It holds for the company only, takes effect at once, and is refused where it
 * would leave the company without an owner who can act for it. Every call throws {UnauthenticatedError},
 * {ForbiddenError} without `users:manage`, for a member who may more than whoever asks and where a policy denies it, and
 * {NotFoundError}, also for a member whom policies hide.
 */
export interface MemberStandingService {
  /** @throws {ValidationError} @throws {ConflictError} when nobody would be left who owns the company */
  rule(context: RequestContext, membershipId: string, ruling: Ruling): Promise<MembershipRow>;
  /** @throws {StepUpRequiredError} @throws {ValidationError} @throws {ConflictError} as `rule` */
  assignRoles(context: RequestContext, membershipId: string, roles: readonly string[]): Promise<MembershipRow>;
  /** @throws {StepUpRequiredError} @throws {ConflictError} as `rule` */
  remove(context: RequestContext, membershipId: string): Promise<MembershipRow>;
}

export function createMemberStandingService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly roles: RoleService;
  readonly policies: TenantPolicies;
}): MemberStandingService {
  const { tenants, outbox, roles: roleService, policies } = parts;

  /** Changes a member under lock, once it is known that whoever asks may. */
  const change = async (
    context: RequestContext,
    membershipId: string,
    work: (db: TenantDb, member: MembershipRow, asker: MemberPrincipal) => Promise<MembershipRow>,
  ): Promise<MembershipRow> => {
    const asker = requireMember(context);
    requirePermission(context, 'users:manage');
    const [catalogue, judge] = await Promise.all([roleService.catalogue(context), policies.of(context)]);
    const changed = await tenants.transaction(context, async (db) => {
      const owners = await ownersLocked(db);
      const member = await membershipLocked(db, membershipId);
      if (!member || !judge.decide('member:read', membershipResource(member)).allowed) throw new NotFoundError('Member');
      if (!judge.decide('member:change', membershipResource(member)).allowed) {
        throw new ForbiddenError('A policy of the company denies it');
      }
      if (!mayHandOn(asker, member.roles, catalogue)) throw new ForbiddenError('This member may more than you');
      const after = await work(db, member, asker);
      const owned = owners.some((id) => id !== membershipId) || stillOwns(after);
      if (owners.includes(membershipId) && !owned) throw new ConflictError('Somebody has to be left who owns the company');
      return after;
    });
    context.loaders.clear();
    return changed;
  };

  const stillOwns = ({ roles, status }: MembershipRow): boolean => roles.includes('OWNER') && maySignIn(status);

  const endSessions = async (
    context: RequestContext,
    db: TenantDb,
    subjectId: string,
    reason: IdentityEvents['identity.session_ended']['reason'],
  ): Promise<void> => {
    for (const sessionId of await endSessionsInTenant(db, subjectId, reason, context.clock.now())) {
      await outbox.emit(db, context, 'identity.session_ended', { realm: 'tenant', subjectId, sessionId, reason });
    }
  };

  return {
    async rule(context, membershipId, ruling) {
      const { status, reason } = validate(rulingSchema, ruling);
      return change(context, membershipId, async (db, member, { userId }) => {
        if (member.userId === userId) throw new ForbiddenError('Where you stand is for somebody else to say');
        const next = afterRuling({ status: member.status, underlying: [] }, status);
        if (!next) throw new ConflictError('She stands where only a verification can help her');
        if (next.status === member.status) return member;
        const after = await updateMembership(db, membershipId, { status: next.status });
        const before = { roles: member.roles, status: member.status };
        const { roles } = after;
        await outbox.emit(db, context, 'identity.membership_changed', {
          membershipId,
          userId: member.userId,
          roles,
          status: after.status,
          before,
          reason,
        });
        if (status !== 'ACTIVE') await endSessions(context, db, member.userId, status);
        return after;
      });
    },

    async assignRoles(context, membershipId, wanted) {
      requireMember(context);
      requirePermission(context, 'users:manage');
      requireFreshProof(context);
      await roleService.requireGrantable(context, wanted);
      return change(context, membershipId, async (db, member) => {
        const roles = [...new Set(wanted)];
        const { userId, status } = member;
        const after = await updateMembership(db, membershipId, { roles });
        await changeSeat(db, context, member.roles, roles);
        const before = { roles: member.roles, status };
        await outbox.emit(db, context, 'identity.membership_changed', { membershipId, userId, roles, status, before });
        return after;
      });
    },

    async remove(context, membershipId) {
      requireMember(context);
      requireFreshProof(context);
      return change(context, membershipId, async (db, member) => {
        const { userId, roles } = member;
        await deleteMembership(db, membershipId);
        await changeSeat(db, context, roles, []);
        await outbox.emit(db, context, 'identity.membership_removed', { membershipId, userId, roles });
        await endSessions(context, db, userId, 'REMOVED');
        return { ...member, roles: [] };
      });
    },
  };
}
