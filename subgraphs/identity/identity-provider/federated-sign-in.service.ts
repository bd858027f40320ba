import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
} from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import type { IdentityEvents } from '../events.js';
import type { MembershipService } from '../membership/membership.service.js';
import type { SignedIn, SignIn } from '../session/sign-in.js';
import { distrustUnproven } from '../user/distrust-unproven.js';
import { insertPasswordlessUser } from '../user/passwordless-user.store.js';
import { findUserById, findUserWithPassword, markEmailVerified, type UserRow } from '../user/user.store.js';
import type { FederatedPerson } from './attempt.js';
import {
  deleteIdentityOfUser,
  findFederatedIdentity,
  findIdentitiesOfUser,
  insertFederatedIdentity,
  isLetGo,
  noteUse,
  type FederatedIdentityRow,
} from './federated-identity.store.js';
import { domainOf, maySpeakFor } from './identity-provider.js';
import { isVerifiedDomain, type IdentityProviderRow } from './identity-provider.store.js';
import type { SingleLogoutService } from './single-logout.service.js';
import type { ProvenPerson, SsoService } from './sso.service.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED =
  'This sign-in did not come to anything: it is too late, was used before, or the account is linked to nobody here. ' +
  'Sign in as usual and link it, or ask an administrator';

export type LinkedIdentity = FederatedIdentityRow & { readonly provider: Pick<IdentityProviderRow, 'name' | 'type'> };

/** Signing in by what another provider says. */
export interface FederatedSignInService {
  /**
   * @throws {UnauthenticatedError} alike for a code that does not count and for somebody who has no place here
   * @throws {SecondFactorRequiredError} when she has a second factor here
   */
  complete(context: RequestContext, code: string, verifier: string): Promise<SignedIn>;
  /**
   * Links who a code stands for to whoever asks.
   * @throws {UnauthenticatedError} @throws {StepUpRequiredError}
   * @throws {ConflictError} when either is linked already
   */
  link(context: RequestContext, code: string, verifier: string): Promise<LinkedIdentity>;
  /** @throws {UnauthenticatedError} @throws {StepUpRequiredError} @throws {NotFoundError} for one that is none of hers */
  unlink(context: RequestContext, id: string): Promise<void>;
  /** One's own, oldest first. @throws {UnauthenticatedError} */
  mine(context: RequestContext): Promise<readonly LinkedIdentity[]>;
}

export function createFederatedSignInService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly signIn: SignIn;
  readonly sso: SsoService;
  readonly logout: SingleLogoutService;
}): FederatedSignInService {
  const { tenants, platform, outbox, memberships, signIn, sso, logout } = parts;

  const linkedUser = async (context: RequestContext, identity: FederatedIdentityRow): Promise<UserRow | null> => {
    await noteUse(tenants.of(context), identity.id, context.clock.now());
    return findUserById(platform.db, identity.userId);
  };

  /**
   * The address by which somebody may be known here without having said so herself: the provider vouches for it, may
   * speak for it, and its domain is shown to be the company's. Any other address is just something that was said.
   */
  const provenAddress = async (context: RequestContext, provider: IdentityProviderRow, person: FederatedPerson): Promise<string | null> => {
    const email = emailSchema.safeParse(person.email);
    if (!email.success || !person.emailVerified || !maySpeakFor(provider, email.data)) return null;
    return (await isVerifiedDomain(tenants.of(context), domainOf(email.data))) ? email.data : null;
  };

  /** Whom the address belongs to, with a place here: one she has, or one she is given where the provider may give it. */
  const newcomer = async (context: RequestContext, { provider, person }: ProvenPerson): Promise<UserRow | null> => {
    const email = await provenAddress(context, provider, person);
    if (email === null) return null;
    const known = await findUserWithPassword(platform.db, email);
    if (known && (await isLetGo(tenants.of(context), known.id))) return null;
    const place = known && (await signIn.membershipOf(context, known));
    if (!place && !provider.justInTime) return null;
    return platform.transaction(async (db) => {
      const displayName = person.displayName?.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim().slice(0, 100) || email;
      const user = known ?? (await insertPasswordlessUser(db, { id: uuidv7(), email, displayName, status: 'ACTIVE' }));
      if (!user) return null;
      if (known) {
        await distrustUnproven(context, db, outbox, known);
        if (await markEmailVerified(db, known.id, email)) await outbox.emit(db, context, 'identity.email_verified', { userId: known.id });
      }
      if (!place) await memberships.grant(context, db, user, [provider.defaultRole]);
      const identity = { id: uuidv7(), tenantId: context.tenant.id, providerId: provider.id, subject: person.subject };
      const row = { ...identity, userId: user.id, createdAt: context.clock.now() };
      if (!(await insertFederatedIdentity(db, row))) return null;
      await outbox.emit(db, context, 'identity.federated_identity_changed', {
        identityProviderId: provider.id,
        userId: user.id,
        change: 'LINKED',
      });
      return user;
    });
  };

  return {
    async complete(context, code, verifier) {
      const proven = await sso.redeem(context, code, verifier);
      if (!proven) throw new UnauthenticatedError(REFUSED);
      const identity = await findFederatedIdentity(tenants.of(context), proven.provider.id, proven.person.subject);
      const user = identity ? await linkedUser(context, identity) : await newcomer(context, proven);
      // Asked anew: she may have been given her place just now, or be kept out of the whole platform.
      const present = user && (await findUserById(platform.db, user.id));
      const place = present && (await signIn.membershipOf(context, present));
      if (!place) throw new UnauthenticatedError(REFUSED);
      const { provider, person } = proven;
      return signIn.afterFirstFactor(context, place, 'fed', false, person.saml ? logout.noteOf(context, provider, person.saml) : undefined);
    },

    async link(context, code, verifier) {
      const { userId } = requireMember(context);
      requireFreshProof(context);
      const proven = await sso.redeem(context, code, verifier);
      if (!proven) throw new UnauthenticatedError(REFUSED);
      const { provider, person } = proven;
      if (provider.emailDomains.length > 0 && !(person.email !== null && maySpeakFor(provider, person.email))) {
        throw new ForbiddenError('This provider is not for addresses like that one');
      }
      return tenants.transaction(context, async (db) => {
        const identity = { id: uuidv7(), tenantId: context.tenant.id, providerId: provider.id, subject: person.subject };
        const row = await insertFederatedIdentity(db, { ...identity, userId, createdAt: context.clock.now() });
        if (!row) throw new ConflictError('This account, or you, are linked there already');
        await outbox.emit(db, context, 'identity.federated_identity_changed', { identityProviderId: provider.id, userId, change: 'LINKED' });
        return { ...row, provider };
      });
    },

    async unlink(context, id) {
      const { userId } = requireMember(context);
      requireFreshProof(context);
      await tenants.transaction(context, async (db) => {
        const identity = (await findIdentitiesOfUser(db, userId)).find((one) => one.id === id);
        if (!identity || !(await deleteIdentityOfUser(db, id, userId))) throw new NotFoundError('Linked identity');
        const { providerId: identityProviderId } = identity;
        await outbox.emit(db, context, 'identity.federated_identity_changed', { identityProviderId, userId, change: 'UNLINKED' });
      });
    },

    async mine(context) {
      const { userId } = requireMember(context);
      return findIdentitiesOfUser(tenants.of(context), userId);
    },
  };
}
