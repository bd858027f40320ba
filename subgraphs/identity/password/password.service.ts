import { z } from 'zod';
import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';
import { revokeSessionsOfUser } from '../session/session.store.js';
import { revokeDevicesOfUser } from '../trusted-device/trusted-device.store.js';
import { findUserById, markEmailVerified, setPassword, type UserRow } from '../user/user.store.js';
import { newPasswordSchema } from './password.js';
import type { PasswordPolicy } from './password-policy.js';
import type { PasswordHasher } from './password-hasher.js';

const changeSchema = z.object({ newPassword: newPasswordSchema });

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_PROOF = 'The link is not valid any more; ask for a new one';

export interface PasswordService {
  /**
   * Sets a new password on the word of whoever reads the person's mail, and ends every session she has.
   * @throws {ValidationError} for a password that breaks a rule; the link stays good
   * @throws {UnauthenticatedError} alike for a link that is unknown, used, expired or of another tenant
   */
  reset(context: RequestContext, input: { readonly token: string; readonly newPassword: string }): Promise<void>;
  /**
   * Sets a new password for whoever is signed in, and ends every other session.
   * @throws {UnauthenticatedError} when nobody is signed in
   * @throws {ValidationError} when the current password is wrong or the new one breaks a rule
   */
  change(
    context: RequestContext,
    input: { readonly currentPassword: string; readonly newPassword: string },
  ): Promise<void>;
}

export function createPasswordService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly hasher: PasswordHasher;
  readonly proofs: MailedProofService;
  readonly mails: MailDesk;
  readonly policy: PasswordPolicy;
}): PasswordService {
  const { tenants, platform, outbox, hasher, proofs, mails, policy } = parts;

  const replace = async (
    context: RequestContext,
    db: PlatformDb,
    user: UserRow,
    passwordHash: string,
    by: IdentityEvents['identity.password_changed']['by'],
    keptSessionId: string | null,
  ): Promise<void> => {
    await setPassword(db, user.id, passwordHash);
    await revokeSessionsOfUser(db, user.id, keptSessionId, 'PASSWORD_CHANGED', context.clock.now());
    if (by === 'RESET') await revokeDevicesOfUser(db, user.id, context.clock.now());
    await outbox.emit(db, context, 'identity.password_changed', { userId: user.id, by, keptSessionId });
    await mails.send(db, context, {
      template: 'PASSWORD_CHANGED',
      to: user.email,
      locale: user.locale,
      values: { displayName: user.displayName },
    });
  };

  return {
    async reset(context, { token, newPassword }) {
      validate(changeSchema, { newPassword });
      await policy.require('newPassword', newPassword, []);
      const passwordHash = await hasher.hash(newPassword);
      const done = await platform.transaction(async (db) => {
        const proof = await proofs.use(context, db, 'PASSWORD_RESET', { token });
        const user = proof && (await findUserById(db, proof.userId));
        if (!user || user.email !== proof.email) return false;
        if (await markEmailVerified(db, user.id, user.email)) await outbox.emit(db, context, 'identity.email_verified', { userId: user.id });
        await replace(context, db, user, passwordHash, 'RESET', null);
        return true;
      });
      if (done) return;
      await tenants.transaction(context, (db) =>
        outbox.emit(db, context, 'identity.proof_refused', { purpose: 'PASSWORD_RESET' }),
      );
      throw new UnauthenticatedError(REFUSED_PROOF);
    },

    async change(context, { currentPassword, newPassword }) {
      const { userId, sessionId } = requireMember(context);
      validate(changeSchema, { newPassword });
      const user = await findUserById(platform.db, userId);
      const fits = await hasher.verify(user?.password?.hash ?? null, currentPassword);
      if (!user || !fits) throw ValidationError.of('currentPassword', 'is not your password');
      await policy.require('newPassword', newPassword, [user.email, user.displayName]);
      const passwordHash = await hasher.hash(newPassword);
      await platform.transaction((db) => replace(context, db, user, passwordHash, 'HERSELF', sessionId));
    },
  };
}
