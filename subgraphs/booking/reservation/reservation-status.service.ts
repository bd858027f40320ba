import { ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { PolicyAction } from '../../_kernel/policy/catalogue.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { hasPermission, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { BookingEvents } from '../events.js';
import {
  assertCanBeCancelled,
  assertCanBeCompleted,
  assertCanBeMissed,
  cancellationSchema,
  type BookingStatus,
} from './reservation.js';
import { recordChanges } from './reservation-record.js';
import { bookingResource } from './reservation-policy.js';
import {
  deleteHold,
  findDueHolds,
  lockBooking,
  reclaimTime,
  updateStatus,
  type BookingRow,
  type NamedBooking,
} from './reservation.store.js';

export interface ReservationStatusService {
  /**
   * @throws {NotFoundError} also for a booking that you may not see
   * @throws {ForbiddenError} for somebody else's without `appointments:update` or `appointments:delete`, and where
   *   a policy denies it
   * @throws {InvalidTransitionError}
   * @throws {ValidationError}
   */
  cancel(context: RequestContext, id: string, reason: string | null | undefined): Promise<BookingRow>;
  /**
   * @throws {ForbiddenError} without `appointments:update`, and where a policy denies it
   * @throws {NotFoundError} also for a booking that a policy hides
   * @throws {InvalidTransitionError} also earlier than an hour before the start
   */
  complete(context: RequestContext, id: string): Promise<BookingRow>;
  /**
   * @throws {ForbiddenError} without `appointments:update`, and where a policy denies it
   * @throws {NotFoundError} also for a booking that a policy hides
   * @throws {InvalidTransitionError} also before the start
   */
  markNoShow(context: RequestContext, id: string): Promise<BookingRow>;
  /**
   * Confirms what was paid for, in the caller's transaction. A payment that comes too late counts if the time is
   * still free; otherwise somebody is told to pay it back.
   */
  confirmPaid(
    context: RequestContext,
    db: TenantDb,
    paid: { readonly bookingId: string; readonly paymentId: string },
  ): Promise<void>;
  /**
   * Gives back the time of bookings that nobody paid for, of every tenant.
   * @returns how many
   */
  expireUnpaid(context: RequestContext): Promise<number>;
}

/** Holds ended in one turn; the rest is left for the next. */
const EXPIRED_AT_ONCE = 500;

/** Any of these lets staff cancel. */
const MAY_CANCEL = ['appointments:update', 'appointments:delete'] as const;

export function createReservationStatusService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly policies: TenantPolicies;
}): ReservationStatusService {
  const { tenants, platform, outbox, policies } = parts;

  const move = async (
    context: RequestContext,
    db: TenantDb,
    booking: NamedBooking,
    to: BookingStatus,
    reason: string | null = null,
  ): Promise<void> => {
    const { id, status: from } = booking;
    await updateStatus(db, id, to);
    if (from === 'PENDING') await deleteHold(db, id);
    await recordChanges(context, db, outbox, booking, [{ from, to, at: context.clock.now(), reason }]);
  };

  /** Locks the booking, asks roles and policies, lets `decide` judge the state it is in, and moves it. */
  const change = async (
    context: RequestContext,
    id: string,
    action: PolicyAction,
    to: BookingStatus,
    decide: (booking: NamedBooking, now: Date) => void,
    reason: string | null = null,
  ): Promise<BookingRow> => {
    const judge = await policies.of(context);
    const changed = await tenants.transaction(context, async (db) => {
      const booking = await lockBooking(db, id);
      if (!booking) throw new NotFoundError('Booking');
      const resource = bookingResource(booking, booking.client.userId);
      const decision = judge.decide(action, resource);
      if (!decision.allowed) {
        if (!judge.decide('booking:read', resource).allowed) throw new NotFoundError('Booking');
        throw new ForbiddenError(decision.reasons[0] ?? 'You may not do this');
      }
      decide(booking, context.clock.now());
      await move(context, db, booking, to, reason);
      return { ...booking, status: to };
    });
    context.loaders.clear();
    return changed;
  };

  /** @returns false when the booking waits for its payment no more */
  const expire = (context: RequestContext, id: string): Promise<boolean> =>
    tenants.transaction(context, async (db) => {
      const booking = await lockBooking(db, id);
      if (booking?.status !== 'PENDING') return false;
      await move(context, db, booking, 'EXPIRED');
      return true;
    });

  return {
    async cancel(context, id, given) {
      const { reason } = validate(cancellationSchema, { reason: given });
      const by = hasPermission(context, ...MAY_CANCEL) ? 'staff' : 'client';
      const decide = (booking: NamedBooking, now: Date): void => assertCanBeCancelled(booking, now, by);
      return change(context, id, 'booking:cancel', 'CANCELLED', decide, reason ?? null);
    },
    async complete(context, id) {
      requirePermission(context, 'appointments:update');
      return change(context, id, 'booking:update', 'COMPLETED', assertCanBeCompleted);
    },
    async markNoShow(context, id) {
      requirePermission(context, 'appointments:update');
      return change(context, id, 'booking:update', 'NO_SHOW', assertCanBeMissed);
    },
    async confirmPaid(context, db, { bookingId, paymentId }) {
      const booking = await lockBooking(db, bookingId);
      if (!booking) {
        context.logger.warn({ bookingId, paymentId }, 'a payment names a booking that is not known');
        return;
      }
      if (booking.status === 'PENDING') return move(context, db, booking, 'CONFIRMED');
      const reclaimed = booking.status === 'EXPIRED' && (await reclaimTime(db, bookingId));
      if (reclaimed) {
        const at = context.clock.now();
        await recordChanges(context, db, outbox, booking, [{ from: 'EXPIRED', to: 'CONFIRMED', at }]);
      } else if (booking.status === 'EXPIRED' || booking.status === 'CANCELLED') {
        await outbox.emit(db, context, 'booking.payment_orphaned', { bookingId, paymentId });
      }
    },
    async expireUnpaid({ clock, logger, origin: { requestId } }) {
      const due = await findDueHolds(platform.db, clock.now(), EXPIRED_AT_ONCE);
      let expired = 0;
      for (const { bookingId, tenant } of due) {
        const own = systemContext({ name: 'expire-unpaid-bookings', tenant, clock, logger, requestId });
        try {
          if (await expire(own, bookingId)) expired += 1;
        } catch (error) {
          own.logger.warn({ err: error, bookingId }, 'a booking could not be expired; will try again');
        }
      }
      return expired;
    },
  };
}
