import type { Outbox } from '../../_kernel/events/outbox.js';
import { NotFoundError, UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { hashOfEmail } from '../../_kernel/mail/mail.js';
import { findUserWithPassword, setPassword, type UserWithPassword } from '../user/user.store.js';
import { rotateRefreshToken } from './refresh-rotation.js';
import { findOpenSessions, revokeSession, type SessionRow } from './session.store.js';
import type { SignInGuard } from '../sign-in-guard/sign-in-guard.service.js';
import type { TrustedDeviceService } from '../trusted-device/trusted-device.service.js';
import type { SignedIn, SignIn } from './sign-in.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_LOGIN = 'The e-mail address or the password is wrong';
const REFUSED_REFRESH = 'This refresh token is not valid; sign in again';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** What `trustDevice` gave; whoever shows it is not asked for a second factor. */
  readonly deviceToken?: string | null | undefined;
}

export interface SessionService {
  /**
   * @throws {UnauthenticatedError} alike for an unknown address, a wrong password, somebody who is no
   *   member of this tenant and somebody who may not sign in
   * @throws {RateLimitedError} after too many attempts, alike for known and unknown addresses
   * @throws {SecondFactorRequiredError} when the password is right and there is a second factor
   */
  login(context: RequestContext, input: Credentials): Promise<SignedIn>;
  /** @throws {UnauthenticatedError} ending the whole session when the token was used before */
  refresh(context: RequestContext, token: string): Promise<SignedIn>;
  logout(context: RequestContext): Promise<void>;
  mine(context: RequestContext): Promise<SessionRow[]>;
  /**
   * Ends a session of one's own, as of a device that was lost.
   * @throws {UnauthenticatedError} @throws {NotFoundError} alike for one that is unknown, another's or over
   */
  revoke(context: RequestContext, id: string): Promise<SessionRow>;
  /** Ends every session of one's own here but this one. @returns those that were ended */
  revokeOthers(context: RequestContext): Promise<readonly SessionRow[]>;
}

export function createSessionService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly signIn: SignIn;
  readonly guard: SignInGuard;
  readonly devices: TrustedDeviceService;
}): SessionService {
  const { tenants, platform, outbox, hasher, signIn, guard, devices } = parts;

  /** Ends those of one's own open sessions that are meant. */
  const endSessions = async (
    context: RequestContext,
    isMeant: (session: SessionRow) => boolean,
  ): Promise<readonly SessionRow[]> => {
    const { userId: subjectId } = requireMember(context);
    const now = context.clock.now();
    return tenants.transaction(context, async (db) => {
      const ended: SessionRow[] = [];
      for (const session of (await findOpenSessions(db, subjectId, now)).filter(isMeant)) {
        if (!(await revokeSession(db, session.id, 'REVOKED', now))) continue;
        ended.push(session);
        const event = { realm: 'tenant', subjectId, sessionId: session.id, reason: 'REVOKED' } as const;
        await outbox.emit(db, context, 'identity.session_ended', event);
      }
      return ended;
    });
  };

  /** A hash of an older kind, as of people who were brought along, is replaced while the password is at hand. */
  const renewHash = async (user: UserWithPassword, password: string): Promise<void> => {
    if (!hasher.isOutdated(user.password?.hash ?? null)) return;
    await setPassword(platform.db, user.id, await hasher.hash(password));
  };

  return {
    async login(context, { email, password, deviceToken = null }) {
      const user = await findUserWithPassword(platform.db, email.trim().toLowerCase());
      const device = await devices.recognise(context, deviceToken);
      const isTrusted = device !== null && device.userId === user?.id;
      const attempt = { realm: 'tenant', account: hashOfEmail(email), deviceId: isTrusted ? device.id : null } as const;
      await guard.admit(context, attempt);
      const passwordFits = await hasher.verify(user?.password?.hash ?? null, password);
      // Asked only behind the right password: a known address must not take longer to refuse than an unknown one.
      const membership = user && passwordFits ? await signIn.membershipOf(context, user) : null;
      if (!user || !membership) {
        await guard.failed(context, attempt);
        throw new UnauthenticatedError(REFUSED_LOGIN);
      }
      await guard.forgive(context, attempt);
      await renewHash(user, password);
      return signIn.afterFirstFactor(context, membership, 'pwd', isTrusted);
    },

    async refresh(context, token) {
      const rotated = await rotateRefreshToken(parts, context, 'tenant', token);
      if (!rotated?.session.membership) throw new UnauthenticatedError(REFUSED_REFRESH);
      const { session, refresh } = rotated;
      return {
        userId: session.subjectId,
        sessionId: session.id,
        access: await signIn.accessFor(context, session, rotated.session.membership),
        refresh,
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

    async revoke(context, id) {
      const [ended] = await endSessions(context, (session) => session.id === id);
      if (!ended) throw new NotFoundError('Session');
      return ended;
    },

    async revokeOthers(context) {
      const { sessionId } = requireMember(context);
      return endSessions(context, (session) => session.id !== sessionId);
    },

    async mine(context) {
      const { userId } = requireMember(context);
      return findOpenSessions(tenants.of(context), userId, context.clock.now());
    },
  };
}
