import type { Outbox } from '../../_kernel/events/outbox.js';
import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { hashOfEmail, maySignIn } from '../user/user.js';
import { findUsersByIds, findUserWithPassword } from '../user/user.store.js';
import { hashRefreshToken, judgeRefreshToken } from './session.js';
import { addRefreshToken } from './session-opener.js';
import {
  findOpenSessions,
  lockRefreshToken,
  markRefreshTokenUsed,
  revokeSession,
  type SessionRow,
} from './session.store.js';
import type { SignedIn, SignIn } from './sign-in.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_LOGIN = 'The e-mail address or the password is wrong';
const REFUSED_REFRESH = 'This refresh token is not valid; sign in again';

export interface SessionService {
  /**
   * @throws {UnauthenticatedError} alike for an unknown address, a wrong password, somebody who is no
   *   member of this tenant and somebody who may not sign in
   */
  login(context: RequestContext, input: { readonly email: string; readonly password: string }): Promise<SignedIn>;
  /** @throws {UnauthenticatedError} ending the whole session when the token was used before */
  refresh(context: RequestContext, token: string): Promise<SignedIn>;
  logout(context: RequestContext): Promise<void>;
  mine(context: RequestContext): Promise<SessionRow[]>;
}

export function createSessionService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly signIn: SignIn;
}): SessionService {
  const { tenants, platform, outbox, hasher, signIn } = parts;

  const refuseLogin = async (context: RequestContext, email: string): Promise<never> => {
    await tenants.transaction(context, (db) =>
      outbox.emit(db, context, 'identity.login_failed', { realm: 'tenant', emailHash: hashOfEmail(email) }),
    );
    throw new UnauthenticatedError(REFUSED_LOGIN);
  };

  return {
    async login(context, { email, password }) {
      const user = await findUserWithPassword(platform.db, email.trim().toLowerCase());
      const passwordFits = await hasher.verify(user?.password?.hash ?? null, password);
      const membership = user && (await signIn.membershipOf(context, user));
      if (!membership || !passwordFits) return refuseLogin(context, email);
      return signIn.open(context, membership);
    },

    async refresh(context, token) {
      const hash = hashRefreshToken(token);
      const renewed = await tenants.transaction(context, async (db) => {
        const now = context.clock.now();
        const presented = await lockRefreshToken(db, hash);
        const verdict = judgeRefreshToken(presented, now);
        if (!presented || verdict === 'REFUSED') return null;
        const { id: sessionId, subjectId, realm } = presented.session;
        if (realm !== 'tenant') return null;
        if (verdict === 'REUSED') {
          await revokeSession(db, sessionId, 'TOKEN_REUSED', now);
          await outbox.emit(db, context, 'identity.session_ended', {
            realm: 'tenant',
            subjectId,
            sessionId,
            reason: 'TOKEN_REUSED',
          });
          return null;
        }
        const [[membership], [user]] = await Promise.all([
          findMembershipsOfUsers(db, [subjectId]),
          findUsersByIds(db, [subjectId]),
        ]);
        if (!membership || !user || !maySignIn(user.status) || !maySignIn(membership.status)) return null;
        await markRefreshTokenUsed(db, hash, now);
        return { sessionId, membership, refresh: await addRefreshToken(context, db, sessionId) };
      });
      if (!renewed) throw new UnauthenticatedError(REFUSED_REFRESH);
      return {
        userId: renewed.membership.userId,
        access: await signIn.accessFor(context, renewed.sessionId, renewed.membership),
        refresh: renewed.refresh,
      };
    },

    async logout(context) {
      const { userId, sessionId } = requireMember(context);
      await tenants.transaction(context, async (db) => {
        const wasOpen = await revokeSession(db, sessionId, 'LOGOUT', context.clock.now());
        if (!wasOpen) return;
        await outbox.emit(db, context, 'identity.session_ended', {
          realm: 'tenant',
          subjectId: userId,
          sessionId,
          reason: 'LOGOUT',
        });
      });
    },

    async mine(context) {
      const { userId } = requireMember(context);
      return findOpenSessions(tenants.of(context), userId, context.clock.now());
    },
  };
}
