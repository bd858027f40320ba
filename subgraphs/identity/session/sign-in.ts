import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import { permissionsOfRoles } from '../membership/membership.js';
import { findMembershipsOfUsers, type MembershipRow } from '../membership/membership.store.js';
import { maySignIn } from '../user/user.js';
import type { UserRow } from '../user/user.store.js';
import { openSession, type RefreshGrant } from './session-opener.js';
import type { IssuedToken, TokenIssuer } from './token-issuer.js';

export interface SignedIn {
  readonly userId: string;
  readonly access: IssuedToken;
  readonly refresh: RefreshGrant;
}

/** What every way of signing in to a tenant ends with. */
export interface SignIn {
  /** Her place in the tenant; null for who has none, or may not sign in. */
  membershipOf(context: RequestContext, user: UserRow): Promise<MembershipRow | null>;
  /** Opens a session for somebody whose proof was checked. */
  open(context: RequestContext, membership: MembershipRow): Promise<SignedIn>;
  accessFor(context: RequestContext, sessionId: string, membership: MembershipRow): Promise<IssuedToken>;
}

export function createSignIn(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly tokens: TokenIssuer;
}): SignIn {
  const { tenants, outbox, tokens } = parts;

  const accessFor: SignIn['accessFor'] = (context, sessionId, membership) =>
    tokens.issue(
      'tenant',
      {
        sub: membership.userId,
        sid: sessionId,
        tid: context.tenant.id,
        tenant: context.tenant.slug,
        mid: membership.id,
        roles: membership.roles,
        scope: permissionsOfRoles(membership.roles).join(' '),
      },
      context.clock.now(),
    );

  return {
    accessFor,
    async membershipOf(context, user) {
      const [membership] = await findMembershipsOfUsers(tenants.of(context), [user.id]);
      return membership && maySignIn(user.status) && maySignIn(membership.status) ? membership : null;
    },
    async open(context, membership) {
      const { userId } = membership;
      const { session, refresh } = await tenants.transaction(context, (db) =>
        openSession(context, db, outbox, { realm: 'tenant', subjectId: userId }),
      );
      return { userId, access: await accessFor(context, session.id, membership), refresh };
    },
  };
}
