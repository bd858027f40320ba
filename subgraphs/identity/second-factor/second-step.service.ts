import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { openedAfterChallenge } from '../identity-provider/saml-session.store.js';
import { findSession, renewProof } from '../session/session.store.js';
import type { SignedIn, SignIn } from '../session/sign-in.js';
import type { IssuedToken } from '../session/token-issuer.js';
import type { SignInGuard } from '../sign-in-guard/sign-in-guard.service.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import { findUserById } from '../user/user.store.js';
import type { SecondFactorService } from './second-factor.service.js';
import { tryChallenge, useChallenge } from './second-factor.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED = 'The code is wrong, or it took too long; sign in again';

/** Proving more than a password: at the end of signing in, and before something dangerous. */
export interface SecondStepService {
  /**
   * Ends a sign-in that asked for a second factor.
   * @throws {UnauthenticatedError} alike for a wrong code and for a challenge that counts no more
   * @throws {RateLimitedError}
   */
  complete(context: RequestContext, input: { readonly challenge: string; readonly code: string }): Promise<SignedIn>;
  /**
   * Proves once more who is signed in: by the password, and by the second factor where there is one.
   * @returns an access token that says so
   * @throws {UnauthenticatedError} @throws {RateLimitedError}
   * @throws {ValidationError} naming what is wrong or missing
   */
  stepUp(
    context: RequestContext,
    input: { readonly password: string; readonly code: string | null },
  ): Promise<IssuedToken>;
}

export function createSecondStepService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly hasher: PasswordHasher;
  readonly secondFactors: SecondFactorService;
  readonly guard: SignInGuard;
  readonly signIn: SignIn;
}): SecondStepService {
  const { tenants, platform, hasher, secondFactors, guard, signIn } = parts;

  const attemptOf = (userId: string) => ({ realm: 'tenant', account: hashOfSecret(userId), deviceId: null }) as const;

  return {
    async complete(context, { challenge, code }) {
      const hash = hashOfSecret(challenge);
      const now = context.clock.now();
      const tried = await tryChallenge(tenants.of(context), hash, now);
      if (tried?.realm !== 'tenant') throw new UnauthenticatedError(REFUSED);
      const { subjectId, amr } = tried;
      const attempt = attemptOf(subjectId);
      await guard.admit(context, attempt);
      const method = await platform.transaction((db) =>
        secondFactors.check(context, db, { realm: 'tenant', subjectId }, code),
      );
      const user = method && (await findUserById(platform.db, subjectId));
      const membership = user && (await signIn.membershipOf(context, user));
      if (!membership || !method || !(await useChallenge(tenants.of(context), hash, now))) {
        await guard.failed(context, attempt);
        throw new UnauthenticatedError(REFUSED);
      }
      await guard.forgive(context, attempt);
      return signIn.open(context, membership, [...amr, method], openedAfterChallenge(hash));
    },

    async stepUp(context, { password, code }) {
      const { userId, sessionId } = requireMember(context);
      const subject = { realm: 'tenant', subjectId: userId } as const;
      const attempt = attemptOf(userId);
      await guard.admit(context, attempt);
      const user = await findUserById(platform.db, userId);
      const refuse = async (field: string, message: string): Promise<never> => {
        await guard.failed(context, attempt);
        throw ValidationError.of(field, message);
      };
      if (!(await hasher.verify(user?.password?.hash ?? null, password))) return refuse('password', 'is not your password');
      const amr: string[] = ['pwd'];
      if (await secondFactors.isOn(subject)) {
        if (code === null) return refuse('code', 'is needed, since you have a second factor');
        const method = await platform.transaction((db) => secondFactors.check(context, db, subject, code));
        if (!method) return refuse('code', 'is wrong, or was used already');
        amr.push(method);
      }
      await guard.forgive(context, attempt);
      const session = await tenants.transaction(context, async (db) => {
        await renewProof(db, sessionId, amr, context.clock.now());
        return findSession(db, sessionId);
      });
      const [membership] = await findMembershipsOfUsers(tenants.of(context), [userId]);
      if (!session || session.revokedAt !== null || !membership) throw new UnauthenticatedError('Sign in to do this');
      return signIn.accessFor(context, session, membership);
    },
  };
}
