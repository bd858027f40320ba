import { z } from 'zod';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/errors/validate.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { SYSTEM_ROLES } from '../../_kernel/wire/principal.js';
import type { MembershipService } from '../membership/membership.service.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { displayNameSchema, emailSchema } from './user.js';
import { findUserWithPassword, insertUser } from './user.store.js';

const enrolmentSchema = z.object({
  email: emailSchema,
  displayName: displayNameSchema,
  password: newPasswordSchema,
  roles: z.array(z.enum(SYSTEM_ROLES)).min(1, 'must name at least one role'),
});

export interface EnrolmentInput {
  readonly email: string;
  readonly displayName: string;
  /** Set for a new person only; somebody the platform knows keeps the password she has. */
  readonly password: string;
  readonly roles: readonly string[];
}

export interface EnrolmentService {
  /**
   * Makes somebody a member of the request's tenant on the word of those who manage its members.
   * @throws {ForbiddenError} without `users:manage`
   * @throws {ValidationError}
   * @throws {ConflictError} when she is a member already
   */
  enrol(context: RequestContext, input: EnrolmentInput): Promise<MembershipRow>;
}

export function createEnrolmentService(parts: {
  readonly platform: PlatformDatabase;
  readonly hasher: PasswordHasher;
  readonly memberships: MembershipService;
}): EnrolmentService {
  const { platform, hasher, memberships } = parts;
  return {
    async enrol(context, input) {
      requirePermission(context, 'users:manage');
      const { email, displayName, password, roles } = validate(enrolmentSchema, input);
      const passwordHash = await hasher.hash(password);
      return platform.transaction(async (db) => {
        const user =
          (await insertUser(db, { id: uuidv7(), email, displayName, status: 'ACTIVE', passwordHash })) ??
          (await findUserWithPassword(db, email));
        const membership = user ? await memberships.grant(context, db, user, roles) : null;
        if (!membership) throw new ConflictError('This person is a member already');
        return membership;
      });
    },
  };
}
