import { z } from 'zod';
import { NotFoundError, UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import { hashProofToken, newProofToken } from '../mailed-proof/mailed-proof.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import type { PasswordPolicy } from '../password/password-policy.js';
import { endAdminSessions, findAdmin, findWelcomed, keepWelcome, takeWelcome, type AdminUserRow } from './admin-user.store.js';

/** Minutes that the link of a welcome is good for. */
const WELCOME_MINUTES = 24 * 60;

/** The page of the dashboard; what stands behind `#` reaches no server and no log. */
const PAGE = '/admin/#welcome=';

const chosenSchema = z.object({ newPassword: newPasswordSchema });

export interface ChosenPassword {
  readonly token: string;
  readonly newPassword: string;
}

/** How somebody becomes able to sign in who was made a member of platform staff. */
export interface AdminWelcomeService {
  /** Sends her a link by which she chooses her password, in the caller's transaction; an earlier one ends. */
  welcome(context: RequestContext, db: PlatformDb, admin: AdminUserRow): Promise<void>;
  /**
   * Sends another link to whoever has lost hers, or her password.
   * @throws {ForbiddenError} without `platform:admins:manage` @throws {StepUpRequiredError} @throws {NotFoundError}
   */
  send(context: RequestContext, id: string): Promise<AdminUserRow>;
  /**
   * Takes a password by such a link. Every session she had ends; a second factor stays what it is.
   * @throws {ValidationError}
   * @throws {UnauthenticatedError} alike for a link that is unknown, used, replaced or too old
   */
  choosePassword(context: RequestContext, input: ChosenPassword): Promise<void>;
}

export function createAdminWelcomeService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly mails: MailDesk;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly publicUrl: string;
}): AdminWelcomeService {
  const { platform, outbox, mails, hasher, policy, publicUrl } = parts;

  /** Whatever address the request came to, the platform's realm belongs to no company. */
  const above = (context: RequestContext): RequestContext => ({ ...context, tenant: PLATFORM_TENANT });

  const welcome: AdminWelcomeService['welcome'] = async (context, db, { id, email, displayName, role }) => {
    const token = newProofToken();
    const until = new Date(context.clock.now().getTime() + WELCOME_MINUTES * 60_000);
    await keepWelcome(db, id, hashProofToken(token), until);
    const link = addressOfTenant(publicUrl, PLATFORM_TENANT) + PAGE + token;
    const values = { displayName, role, link, minutes: WELCOME_MINUTES };
    await mails.send(db, above(context), { template: 'ADMIN_WELCOME', to: email, values });
  };

  return {
    welcome,

    async send(context, id) {
      requirePermission(context, 'platform:admins:manage');
      requireFreshProof(context);
      return platform.transaction(async (db) => {
        const admin = await findAdmin(db, id);
        if (!admin) throw new NotFoundError('Administrator');
        await welcome(context, db, admin);
        return admin;
      });
    },

    async choosePassword(request, { token, newPassword }) {
      const context = above(request);
      validate(chosenSchema, { newPassword });
      const hash = hashProofToken(token);
      const now = context.clock.now();
      const welcomed = await findWelcomed(platform.db, hash, now);
      await policy.require('newPassword', newPassword, welcomed ? [welcomed.email, welcomed.displayName] : []);
      const passwordHash = await hasher.hash(newPassword);
      const done = await platform.transaction(async (db) => {
        const admin = await takeWelcome(db, hash, now, passwordHash);
        if (!admin) {
          await outbox.emit(db, context, 'identity.proof_refused', { purpose: 'PASSWORD_RESET' });
          return false;
        }
        await endAdminSessions(db, admin.id, now);
        const { id: adminId, role } = admin;
        const change = { adminId, roleBefore: role, roleAfter: role, fields: ['password'] };
        await outbox.emit(db, context, 'identity.admin_changed', change);
        return true;
      });
      if (!done) throw new UnauthenticatedError('The link is not valid any more; ask for a new one');
    },
  };
}
