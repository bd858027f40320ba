import { z } from 'zod';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { MembershipService } from '../membership/membership.service.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordPolicy } from '../password/password-policy.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import type { RoleService } from '../role/role.service.js';
import { displayNameSchema } from './user.js';
import { findUserWithPassword, insertUser } from './user.store.js';

const enrolmentSchema = z.object({
  email: emailSchema,
  displayName: displayNameSchema,
  password: newPasswordSchema,
  roles: z.array(z.string()),
});

export interface EnrolmentInput {
  readonly email: string;
  readonly displayName: string;
  /** Set for a new person; of somebody the platform knows already it has to be the one she has. */
  readonly password: string;
  readonly roles: readonly string[];
}

export interface EnrolmentService {
  /**
   * Makes somebody a member of the request's tenant on the word of those who manage its members.
   *
   * Whom the platform knows already is asked by way of her password: an address alone must neither tell one company
   * about another's people, nor hand roles here to whoever was first to sign up with it elsewhere.
   * @throws {ForbiddenError} without `users:manage`, or for roles that allow more than whoever asks may
   * @throws {ValidationError}
   * @throws {ConflictError} when she is a member already, or known with another password
   */
  enrol(context: RequestContext, input: EnrolmentInput): Promise<MembershipRow>;
}

export function createEnrolmentService(parts: {
  readonly platform: PlatformDatabase;
  readonly hasher: PasswordHasher;
  readonly memberships: MembershipService;
  readonly policy: PasswordPolicy;
  readonly roles: RoleService;
}): EnrolmentService {
  const { platform, hasher, memberships, policy, roles: roleService } = parts;
  return {
    async enrol(context, input) {
      requirePermission(context, 'users:manage');
      const { email, displayName, password, roles } = validate(enrolmentSchema, input);
      await roleService.requireGrantable(context, roles);
      await policy.require('password', password, [email, displayName]);
      const known = await findUserWithPassword(platform.db, email);
      const passwordFits = await hasher.verify(known?.password?.hash ?? null, password);
      const passwordHash = await hasher.hash(password);
      return platform.transaction(async (db) => {
        const user = known
          ? passwordFits
            ? known
            : null
          : await insertUser(db, { id: uuidv7(), email, displayName, status: 'ACTIVE', passwordHash });
        const membership = user ? await memberships.grant(context, db, user, roles) : null;
        if (!membership) throw new ConflictError('This person is a member already, or has a password of her own');
        return membership;
      });
    },
  };
}
