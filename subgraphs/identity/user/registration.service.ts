import { z } from 'zod';
import { ForbiddenError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';
import type { MembershipService } from '../membership/membership.service.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordPolicy } from '../password/password-policy.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import { displayNameSchema } from './user.js';
import { findUserWithPassword, insertUser } from './user.store.js';

const registrationSchema = z.object({
  email: emailSchema,
  password: newPasswordSchema,
  displayName: displayNameSchema,
});

export interface RegistrationInput {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

/** The same whether or not the address was known. */
export interface RegistrationReceipt {
  readonly email: string;
}

export interface RegistrationService {
  /**
   * Signs somebody up as a client of the request's tenant.
   *
   * The answer never tells whether the address was known. A known person becomes a member if she gave the
   * password she already has; with any other password nothing changes.
   * @throws {ValidationError}
   */
  register(context: RequestContext, input: RegistrationInput): Promise<RegistrationReceipt>;
}

export function createRegistrationService(parts: {
  readonly platform: PlatformDatabase;
  readonly hasher: PasswordHasher;
  readonly memberships: MembershipService;
  readonly proofs: MailedProofService;
  readonly policy: PasswordPolicy;
}): RegistrationService {
  const { platform, hasher, memberships, proofs, policy } = parts;
  return {
    async register(context, input) {
      if (isPlatformTenant(context.tenant)) throw new ForbiddenError("Sign up at a company's own address");
      const { email, password, displayName } = validate(registrationSchema, input);
      await policy.require('password', password, [email, displayName]);
      // Both ways cost one hash and one verification, so that the clock tells nothing either.
      const known = await findUserWithPassword(platform.db, email);
      const passwordFits = await hasher.verify(known?.password?.hash ?? null, password);
      const passwordHash = await hasher.hash(password);
      await platform.transaction(async (db) => {
        const user = known
          ? passwordFits
            ? known
            : null
          : await insertUser(db, { id: uuidv7(), email, displayName, status: 'PENDING', passwordHash });
        if (user) await memberships.grant(context, db, user, ['USER']);
      });
      // For a known address, too: whether there is anything to verify shows later, where nobody sees how long it takes.
      return proofs.request(context, 'EMAIL_VERIFICATION', email);
    },
  };
}
