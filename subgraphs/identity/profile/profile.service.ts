import type { Outbox } from '../../_kernel/events/outbox.js';
import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { voidCodes } from '../phone/phone-verification.store.js';
import { updateProfile, type UserRow } from '../user/user.store.js';
import { changesIn, profileSchema } from './profile.js';

export interface ProfileService {
  /**
   * Changes what somebody says of herself; what is left out stays, null removes it.
   * @throws {UnauthenticatedError}
   * @throws {ValidationError}
   */
  update(context: RequestContext, input: unknown): Promise<UserRow>;
}

export const createProfileService = (parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): ProfileService => ({
  async update(context, input) {
    const { userId } = requireMember(context);
    const changes = changesIn(validate(profileSchema, input));
    const updated = await parts.platform.transaction(async (db) => {
      const user = await updateProfile(db, userId, changes);
      if (changes.phone !== undefined) await voidCodes(db, userId, context.clock.now(), changes.phone);
      const fields = Object.keys(changes);
      if (user && fields.length > 0) {
        const { displayName } = user;
        await parts.outbox.emit(db, context, 'identity.profile_changed', { userId, displayName, fields });
      }
      return user;
    });
    if (!updated) throw new UnauthenticatedError('Sign in to do this');
    context.loaders.clear();
    return updated;
  },
});
