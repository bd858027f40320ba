import { z } from 'zod';
import { ConflictError, UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { ADMIN_ROLES, type AdminRole } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { openSession, type RefreshGrant } from '../session/session-opener.js';
import type { IssuedToken, TokenIssuer } from '../session/token-issuer.js';
import { displayNameSchema, hashOfEmail } from '../user/user.js';
import { ADMIN_ROLE_PERMISSIONS } from './admin-user.js';
import { findAdmin, findAdminWithPassword, insertAdmin, noteLogin, type AdminUserRow } from './admin-user.store.js';

export interface AdminSignedIn {
  readonly admin: AdminUserRow;
  readonly access: IssuedToken;
  readonly refresh: RefreshGrant;
}

const adminRegistrationSchema = z.object({
  email: emailSchema,
  displayName: displayNameSchema,
  password: newPasswordSchema,
  role: z.enum(ADMIN_ROLES),
});

export interface AdminRegistration {
  readonly email: string;
  readonly displayName: string;
  readonly password: string;
  readonly role: AdminRole;
}

export interface AdminUserService {
  /** @throws {UnauthenticatedError} alike for an unknown address and a wrong password */
  login(
    context: RequestContext,
    input: { readonly email: string; readonly password: string },
  ): Promise<AdminSignedIn>;
  /**
   * Adds a member of platform staff.
   * @throws {ForbiddenError} without `platform:admins:manage`
   * @throws {ValidationError}
   * @throws {ConflictError} when the address is an administrator's already
   */
  register(context: RequestContext, input: AdminRegistration): Promise<AdminUserRow>;
  /** The administrator signed in; null for everybody else. */
  current(context: RequestContext): Promise<AdminUserRow | null>;
}

const isAdminRole = (role: string): role is AdminRole => (ADMIN_ROLES as readonly string[]).includes(role);

export function createAdminUserService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly tokens: TokenIssuer;
}): AdminUserService {
  const { tenants, platform, outbox, hasher, tokens } = parts;
  return {
    async login(request, { email, password }) {
      // Whatever address the request came to, the platform's realm belongs to no company.
      const context: RequestContext = { ...request, tenant: PLATFORM_TENANT };
      const found = await findAdminWithPassword(platform.db, email.trim().toLowerCase());
      const passwordFits = await hasher.verify(found?.passwordHash ?? null, password);
      const admin = found && passwordFits ? await noteLogin(platform.db, found.id, context.clock.now()) : null;
      if (!admin || !isAdminRole(admin.role)) {
        await tenants.transaction(context, (db) =>
          outbox.emit(db, context, 'identity.login_failed', {
            realm: 'platform',
            emailHash: hashOfEmail(email),
          }),
        );
        throw new UnauthenticatedError('The e-mail address or the password is wrong');
      }
      const { session, refresh } = await tenants.transaction(context, (db) =>
        openSession(context, db, outbox, { realm: 'platform', subjectId: admin.id }),
      );
      const access = await tokens.issue(
        'platform',
        {
          sub: admin.id,
          sid: session.id,
          roles: [admin.role],
          scope: ADMIN_ROLE_PERMISSIONS[admin.role].join(' '),
        },
        context.clock.now(),
      );
      return { admin, access, refresh };
    },
    async register(context, input) {
      requirePermission(context, 'platform:admins:manage');
      const { password, ...admin } = validate(adminRegistrationSchema, input);
      const passwordHash = await hasher.hash(password);
      const created = await insertAdmin(platform.db, { ...admin, id: uuidv7(), passwordHash });
      if (!created) throw new ConflictError("This address is an administrator's already");
      return created;
    },
    current: async ({ principal }) =>
      principal.kind === 'platform' ? findAdmin(platform.db, principal.adminId) : null,
  };
}
