import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema, lineSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { ADMIN_ROLES, type AdminRole } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import type { PasswordPolicy } from '../password/password-policy.js';
import { displayNameSchema } from '../user/user.js';
import type { AdminWelcomeService } from './admin-welcome.service.js';
import {
  ADMIN_SORT,
  countSuperAdminsLocked,
  findAdmin,
  findAdminsPage,
  insertAdmin,
  updateAdmin,
  type AdminUserRow,
} from './admin-user.store.js';

const departmentSchema = lineSchema(80);

const adminRegistrationSchema = z.object({
  email: emailSchema,
  displayName: displayNameSchema,
  password: newPasswordSchema.nullish(),
  role: z.enum(ADMIN_ROLES),
  department: departmentSchema.nullish(),
});

const adminChangesSchema = z.object({
  displayName: displayNameSchema.nullish(),
  role: z.enum(ADMIN_ROLES).nullish(),
  department: departmentSchema.nullish(),
});

export interface AdminRegistration {
  readonly email: string;
  readonly displayName: string;
  /** Left out, she chooses it herself. */
  readonly password?: string | null | undefined;
  readonly role: AdminRole;
  readonly department?: string | null | undefined;
}

export interface AdminChanges {
  readonly displayName?: string | null | undefined;
  readonly role?: AdminRole | null | undefined;
  readonly department?: string | null | undefined;
}

export interface AdminUserService {
  /**
   * Adds a member of platform staff, who is sent a link by which she chooses her password. Whom the platform itself
   * adds, when it is set up, has chosen hers.
   * @throws {ForbiddenError} without `platform:admins:manage`
   * @throws {ValidationError}
   * @throws {ConflictError} when the address is an administrator's already
   */
  register(context: RequestContext, input: AdminRegistration): Promise<AdminUserRow>;
  /**
   * Changes what an administrator is and may do; what is left out or null stays.
   * @throws {ForbiddenError} @throws {StepUpRequiredError} @throws {ValidationError} @throws {NotFoundError}
   * @throws {ConflictError} when nobody would be left who manages administrators
   */
  update(context: RequestContext, id: string, changes: AdminChanges): Promise<AdminUserRow>;
  /** By name. @param search part of a name or an address @throws {ForbiddenError} */
  list(context: RequestContext, args: PageArgs, search: string | null): Promise<Connection<AdminUserRow>>;
  /** The administrator signed in; null for everybody else. */
  current(context: RequestContext): Promise<AdminUserRow | null>;
}

export function createAdminUserService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly welcomes: AdminWelcomeService;
}): AdminUserService {
  const { platform, outbox, hasher, policy, welcomes } = parts;
  return {
    async register(context, input) {
      requirePermission(context, 'platform:admins:manage');
      const { password, department, ...admin } = validate(adminRegistrationSchema, input);
      if (password != null) await policy.require('password', password, [admin.email, admin.displayName]);
      const passwordHash = await hasher.hash(password ?? randomBytes(32).toString('base64url'));
      const row = { ...admin, department: department ?? null, id: uuidv7(), passwordHash };
      return platform.transaction(async (db) => {
        const created = await insertAdmin(db, row);
        if (!created) throw new ConflictError("This address is an administrator's already");
        if (context.principal.kind !== 'system') await welcomes.welcome(context, db, created);
        return created;
      });
    },

    async update(request, id, input) {
      requirePermission(request, 'platform:admins:manage');
      requireFreshProof(request);
      const context: RequestContext = { ...request, tenant: PLATFORM_TENANT };
      const { displayName, role, department } = validate(adminChangesSchema, input);
      return platform.transaction(async (db) => {
        const superAdmins = await countSuperAdminsLocked(db);
        const before = await findAdmin(db, id);
        if (!before) throw new NotFoundError('Administrator');
        const losesLast = before.role === 'SUPER_ADMIN' && role && role !== 'SUPER_ADMIN' && superAdmins === 1;
        if (losesLast) throw new ConflictError('Somebody has to be left who manages administrators');
        const changes = {
          ...(displayName ? { displayName } : {}),
          ...(role ? { role } : {}),
          ...(department ? { department } : {}),
        };
        const after = await updateAdmin(db, id, changes);
        if (!after) throw new NotFoundError('Administrator');
        await outbox.emit(db, context, 'identity.admin_changed', {
          adminId: id,
          roleBefore: before.role,
          roleAfter: after.role,
          fields: Object.keys(changes),
        });
        return after;
      });
    },

    async list(context, args, search) {
      if (context.principal.kind !== 'platform') throw new ForbiddenError('Platform staff see one another, and nobody else does');
      const page = pageOf(args, ADMIN_SORT);
      const rows = await findAdminsPage(platform.db, page, search?.trim() || null);
      return connectionOf(page, rows, (row) => [row.displayName, row.id]);
    },

    current: async ({ principal }) =>
      principal.kind === 'platform' ? findAdmin(platform.db, principal.adminId) : null,
  };
}
