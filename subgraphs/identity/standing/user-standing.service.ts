import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { revokeSessionsOfUser } from '../session/session.store.js';
import { revokeDevicesOfUser } from '../trusted-device/trusted-device.store.js';
import { maySignIn } from '../user/user.js';
import { lockUser, type UserRow } from '../user/user.store.js';
import type { Ruling } from './member-standing.service.js';
import { afterHold, afterLeaving, afterRelease, afterRuling, reasonSchema, rulingSchema, type Standing } from './standing.js';
import { isLastOwnerSomewhere, lockPlacesOf, updateStanding } from './standing.store.js';

/**
 * Where a person stands on the whole platform: in every company at once, and at once. All but `leave` are for
 * platform staff, and throw {ForbiddenError} without `platform:tenants:manage`, {StepUpRequiredError},
 * {ValidationError} for a reason that is none, {NotFoundError}, and {ConflictError} where it is not theirs to say.
 */
export interface UserStandingService {
  /** What is lifted leaves her where she stood: it neither verifies an address nor ends a hold. */
  rule(context: RequestContext, userId: string, ruling: Ruling): Promise<UserRow>;
  /** Keeps her out until it is verified who she is. */
  hold(context: RequestContext, userId: string, reason: string): Promise<UserRow>;
  /** Ends the verification; she stands where she stood. */
  release(context: RequestContext, userId: string, reason: string): Promise<UserRow>;
  /**
   * Closes one's own account.
   * @throws {UnauthenticatedError} @throws {StepUpRequiredError}
   * @throws {ConflictError} for whoever is the last owner of a company
   */
  leave(context: RequestContext): Promise<UserRow>;
}

export function createUserStandingService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): UserStandingService {
  const { platform, outbox } = parts;

  const move = async (
    context: RequestContext,
    db: PlatformDb,
    userId: string,
    reason: string,
    next: (standing: Standing) => Standing | null,
  ): Promise<UserRow> => {
    await lockPlacesOf(db, userId);
    const user = await lockUser(db, userId);
    if (!user) throw new NotFoundError('User');
    const standing = next(user);
    if (!standing) throw new ConflictError(`This is not to be done with somebody whose status is ${user.status}`);
    const { status } = standing;
    if (status === user.status) return user;
    const moved = await updateStanding(db, userId, standing);
    if (!maySignIn(status)) {
      const now = context.clock.now();
      await revokeSessionsOfUser(db, userId, null, status, now);
      if (status === 'BANNED') await revokeDevicesOfUser(db, userId, now);
    }
    const statusBefore = user.status;
    await outbox.emit(db, context, 'identity.user_status_changed', { userId, status, statusBefore, reason });
    return moved;
  };

  const byStaff = async (
    context: RequestContext,
    userId: string,
    given: string,
    next: (standing: Standing) => Standing | null,
  ): Promise<UserRow> => {
    requirePermission(context, 'platform:tenants:manage');
    requireFreshProof(context);
    const { reason } = validate(reasonSchema, { reason: given });
    const moved = await platform.transaction((db) => move(context, db, userId, reason, next));
    context.loaders.clear();
    return moved;
  };

  return {
    async rule(context, userId, ruling) {
      const { status, reason } = validate(rulingSchema, ruling);
      return byStaff(context, userId, reason, (standing) => afterRuling(standing, status));
    },
    hold: (context, userId, reason) => byStaff(context, userId, reason, afterHold),
    release: (context, userId, reason) => byStaff(context, userId, reason, afterRelease),
    async leave(context) {
      const { userId } = requireMember(context);
      requireFreshProof(context);
      return platform.transaction(async (db) => {
        if (await isLastOwnerSomewhere(db, userId)) {
          throw new ConflictError('You are the last owner of a company; hand it on or close it first');
        }
        return move(context, db, userId, 'By herself', afterLeaving);
      });
    },
  };
}
