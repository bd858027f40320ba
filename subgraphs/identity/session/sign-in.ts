import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { AccessTokenClaims } from '../../_kernel/wire/access-token.js';
import type { IdentityEvents } from '../events.js';
import { findMembershipsOfUsers, type MembershipRow } from '../membership/membership.store.js';
import type { RoleService } from '../role/role.service.js';
import { CHALLENGE_MINUTES, newChallenge, SecondFactorRequiredError } from '../second-factor/second-factor.js';
import type { SecondFactorService } from '../second-factor/second-factor.service.js';
import { insertChallenge } from '../second-factor/second-factor.store.js';
import { maySignIn } from '../user/user.js';
import type { UserRow } from '../user/user.store.js';
import { placeToSignInTo } from '../standing/standing.store.js';
import { assuranceClaims, type ProofMethod } from './assurance.js';
import { openSession, type RefreshGrant } from './session-opener.js';
import type { ProvedSession } from './session.store.js';
import type { IssuedToken, TokenIssuer } from './token-issuer.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export interface SignedIn {
  readonly userId: string;
  readonly sessionId: string;
  readonly access: IssuedToken;
  readonly refresh: RefreshGrant;
}

/** What a token says of somebody's place in the tenant. */
export type Place = Pick<MembershipRow, 'id' | 'userId' | 'roles'>;

/** What else is to be kept of a sign-in, together with what comes of it. */
export interface SignInNote {
  readonly opened: (db: TenantDb, sessionId: string) => Promise<void>;
  /** It waits for a second factor. @param challengeHash what it is known by until then */
  readonly challenged: (db: TenantDb, challengeHash: string) => Promise<void>;
}

/** What every way of signing in to a tenant ends with. */
export interface SignIn {
  /** Her place in the tenant; null for who has none, or may not sign in. */
  membershipOf(context: RequestContext, user: UserRow): Promise<MembershipRow | null>;
  /**
   * Goes on after the first factor: opens a session, or asks for the second factor where there is one.
   * @param isTrusted whether she has vouched for the device, which takes the second factor's place
   * @throws {SecondFactorRequiredError}
   */
  afterFirstFactor(
    context: RequestContext,
    membership: MembershipRow,
    method: ProofMethod,
    isTrusted: boolean,
    note?: SignInNote,
  ): Promise<SignedIn>;
  /**
   * Opens a session for somebody whose every proof was checked.
   * @throws {UnauthenticatedError} when she was kept out meanwhile
   */
  open(
    context: RequestContext,
    membership: MembershipRow,
    amr: readonly string[],
    noteOpened?: SignInNote['opened'],
  ): Promise<SignedIn>;
  accessFor(context: RequestContext, session: ProvedSession, membership: Place): Promise<IssuedToken>;
  /** What an access token of hers says, whoever issues it. */
  claimsFor(context: RequestContext, session: ProvedSession, membership: Place): Promise<AccessTokenClaims>;
}

export function createSignIn(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly tokens: TokenIssuer;
  readonly secondFactors: SecondFactorService;
  readonly roles: RoleService;
}): SignIn {
  const { tenants, outbox, tokens, secondFactors, roles } = parts;

  const claimsFor: SignIn['claimsFor'] = async (context, session, membership) => ({
    sub: membership.userId,
    sid: session.id,
    tid: context.tenant.id,
    tenant: context.tenant.slug,
    mid: membership.id,
    ...assuranceClaims(session.amr, session.authenticatedAt),
    roles: membership.roles,
    scope: (await roles.permissionsOf(context, membership.roles)).join(' '),
  });

  const accessFor: SignIn['accessFor'] = async (context, session, membership) =>
    tokens.issue('tenant', await claimsFor(context, session, membership), context.clock.now());

  const challenge = async (context: RequestContext, subjectId: string, method: ProofMethod, note?: SignInNote): Promise<never> => {
    const secret = newChallenge();
    const createdAt = context.clock.now();
    const expiresAt = new Date(createdAt.getTime() + CHALLENGE_MINUTES * 60_000);
    const row = { realm: 'tenant', subjectId, hash: hashOfSecret(secret), amr: [method], createdAt, expiresAt } as const;
    await tenants.transaction(context, async (db) => {
      await insertChallenge(db, row);
      await note?.challenged(db, row.hash);
    });
    throw new SecondFactorRequiredError(secret, expiresAt);
  };

  const open: SignIn['open'] = async (context, membership, amr, noteOpened) => {
    const { userId } = membership;
    const opened = await tenants.transaction(context, async (db) => {
      // Asked once more, under lock: somebody may have been banned while she proved who she is.
      const place = await placeToSignInTo(db, userId);
      if (!place) return null;
      const begun = await openSession(context, db, outbox, { realm: 'tenant', subjectId: userId, amr });
      await noteOpened?.(db, begun.session.id);
      return { place, ...begun };
    });
    if (!opened) throw new UnauthenticatedError('You cannot sign in here');
    const { session, place, refresh } = opened;
    return { userId, sessionId: session.id, access: await accessFor(context, session, place), refresh };
  };

  return {
    accessFor,
    claimsFor,
    open,
    async membershipOf(context, user) {
      const [membership] = await findMembershipsOfUsers(tenants.of(context), [user.id]);
      return membership && maySignIn(user.status) && maySignIn(membership.status) ? membership : null;
    },
    async afterFirstFactor(context, membership, method, isTrusted, note) {
      const subject = { realm: 'tenant', subjectId: membership.userId } as const;
      if (!isTrusted && (await secondFactors.isOn(subject))) return challenge(context, membership.userId, method, note);
      return open(context, membership, [method], note?.opened);
    },
  };
}
