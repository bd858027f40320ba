import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import type { SecondFactorService } from '../second-factor/second-factor.service.js';
import { assuranceClaims } from '../session/assurance.js';
import { rotateRefreshToken } from '../session/refresh-rotation.js';
import { openSession, type RefreshGrant } from '../session/session-opener.js';
import { revokeSession, type ProvedSession } from '../session/session.store.js';
import type { IssuedToken, TokenIssuer } from '../session/token-issuer.js';
import type { SignInGuard } from '../sign-in-guard/sign-in-guard.service.js';
import { hashOfEmail } from '../../_kernel/mail/mail.js';
import { ADMIN_ROLE_PERMISSIONS, isAdminRole } from './admin-user.js';
import { findAdmin, findAdminWithPassword, noteLogin, type AdminUserRow } from './admin-user.store.js';

export interface AdminSignedIn {
  readonly admin: AdminUserRow;
  readonly access: IssuedToken;
  readonly refresh: RefreshGrant;
}

export interface AdminCredentials {
  readonly email: string;
  readonly password: string;
  /** Of who has a second factor: a code of the app, or one to recover with. */
  readonly code?: string | null | undefined;
}

/** Sessions of platform staff: a realm of its own, which belongs to no company. */
export interface AdminSessionService {
  /**
   * @throws {UnauthenticatedError} alike for an unknown address, a wrong password and a wrong code
   * @throws {ValidationError} when the password is right and the code is missing
   * @throws {RateLimitedError} after too many attempts
   */
  login(context: RequestContext, input: AdminCredentials): Promise<AdminSignedIn>;
  /** @throws {UnauthenticatedError} ending the whole session when the token was used before */
  refresh(context: RequestContext, token: string): Promise<AdminSignedIn>;
  /** @throws {UnauthenticatedError} for whoever is no platform staff */
  logout(context: RequestContext): Promise<void>;
}

export function createAdminSessionService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly secondFactors: SecondFactorService;
  readonly guard: SignInGuard;
}): AdminSessionService {
  const { tenants, platform, outbox, hasher, tokens, secondFactors, guard } = parts;

  /** Whatever address the request came to, the platform's realm belongs to no company. */
  const above = (context: RequestContext): RequestContext => ({ ...context, tenant: PLATFORM_TENANT });

  /** How she has proved who she is, the password included; null for a code that does not count. */
  const proofOf = async (
    context: RequestContext,
    adminId: string,
    code: string | null | undefined,
  ): Promise<readonly string[] | null> => {
    const subject = { realm: 'platform', subjectId: adminId } as const;
    if (!(await secondFactors.isOn(subject))) return ['pwd'];
    if (!code) throw ValidationError.of('code', 'is needed, since you have a second factor');
    const method = await platform.transaction((db) => secondFactors.check(context, db, subject, code));
    return method && ['pwd', method];
  };

  const accessFor = (context: RequestContext, session: ProvedSession, { id, role }: AdminUserRow): Promise<IssuedToken> => {
    if (!isAdminRole(role)) throw new Error(`Administrator ${id} has no role that there is`);
    return tokens.issue(
      'platform',
      {
        sub: id,
        sid: session.id,
        ...assuranceClaims(session.amr, session.authenticatedAt),
        roles: [role],
        scope: ADMIN_ROLE_PERMISSIONS[role].join(' '),
      },
      context.clock.now(),
    );
  };

  return {
    async login(request, { email, password, code }) {
      const context = above(request);
      const found = await findAdminWithPassword(platform.db, email.trim().toLowerCase());
      const attempt = { realm: 'platform', account: hashOfEmail(email), deviceId: null } as const;
      await guard.admit(context, attempt);
      const passwordFits = await hasher.verify(found?.passwordHash ?? null, password);
      const proof = found && passwordFits ? await proofOf(context, found.id, code) : null;
      const admin = found && proof ? await noteLogin(platform.db, found.id, context.clock.now()) : null;
      if (!admin || !proof) {
        await guard.failed(context, attempt);
        throw new UnauthenticatedError('The e-mail address or the password is wrong');
      }
      await guard.forgive(context, attempt);
      const { session, refresh } = await tenants.transaction(context, (db) =>
        openSession(context, db, outbox, { realm: 'platform', subjectId: admin.id, amr: proof }),
      );
      return { admin, access: await accessFor(context, session, admin), refresh };
    },

    async refresh(request, token) {
      const context = above(request);
      const rotated = await rotateRefreshToken({ tenants, outbox }, context, 'platform', token);
      const admin = rotated && (await findAdmin(platform.db, rotated.session.subjectId));
      if (!rotated || !admin) throw new UnauthenticatedError('This refresh token is not valid; sign in again');
      return { admin, access: await accessFor(context, rotated.session, admin), refresh: rotated.refresh };
    },

    async logout(request) {
      const { principal } = request;
      if (principal.kind !== 'platform') throw new UnauthenticatedError('Sign in to do this');
      const context = above(request);
      const { sessionId, adminId: subjectId } = principal;
      await tenants.transaction(context, async (db) => {
        if (!(await revokeSession(db, sessionId, 'LOGOUT', context.clock.now()))) return;
        const ended = { realm: 'platform', subjectId, sessionId, reason: 'LOGOUT' } as const;
        await outbox.emit(db, context, 'identity.session_ended', ended);
      });
    },
  };
}
