import { ForbiddenError, InvalidTransitionError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { DataSubject } from '../../_kernel/personal-data/personal-data.js';
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
  assertCanBecome,
  cancellationSchema,
  takesTime,
  type BookingStatus,
} from './reservation.js';
import { findOfferedService } from '../catalogue/catalogue.store.js';
import { findInScope, type BookingScope } from '../group/booking-group.store.js';
import { claimResources, lockAll, locksOf, releaseResources } from '../resource/resource-claim.js';
import { cancellationFee } from '../terms/terms.js';
import { travelLocksOf } from '../travel/travel.store.js';
import { recordChanges } from './reservation-record.js';
import { bookingResource } from './reservation-policy.js';
import {
  deleteHold,
  findDueHolds,
  findUpcomingOf,
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
   * Cancels a booking and, as far as asked for, those made together with it that are not over; all or none.
   * @throws as `cancel` does
   */
  cancelTogether(
    context: RequestContext,
    id: string,
    scope: BookingScope,
    reason: string | null | undefined,
  ): Promise<readonly BookingRow[]>;
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
   * Confirms a held booking that costs nothing, in the caller's transaction.
   * @returns false for one that costs something; its payment confirms it
   * @throws {InvalidTransitionError} when it is held no more
   */
  confirmFree(context: RequestContext, db: TenantDb, id: string): Promise<boolean>;
  /** Calls off what somebody has booked that has not begun, without a fee, in the caller's transaction. */
  cancelUpcoming(context: RequestContext, db: TenantDb, who: Pick<DataSubject, 'userId' | 'clientId'>): Promise<void>;
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

/** A step of a booking that somebody asks for. */
interface Change {
  readonly action: PolicyAction;
  readonly to: BookingStatus;
  /** Refuses by an error; otherwise says what the client owes, in minor units. */
  readonly decide: (booking: NamedBooking, now: Date) => bigint;
  readonly reason?: string | null;
}

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
    await updateStatus(db, id, to, booking.feeAmount);
    if (from === 'PENDING') await deleteHold(db, id);
    if (!takesTime(to)) await releaseResources(db, booking.sessionId);
    await recordChanges(context, db, outbox, booking, [{ from, to, at: context.clock.now(), reason }]);
  };

  type Judge = Awaited<ReturnType<TenantPolicies['of']>>;

  /** Locks the booking, asks roles and policies, lets `decide` judge its state and what comes due, and moves it. */
  const changeOne = async (
    context: RequestContext,
    db: TenantDb,
    judge: Judge,
    id: string,
    { action, to, decide, reason = null }: Change,
  ): Promise<BookingRow> => {
    const booking = await lockBooking(db, id);
    if (!booking) throw new NotFoundError('Booking');
    const resource = bookingResource(booking, booking.client.userId);
    const decision = judge.decide(action, resource);
    if (!decision.allowed) {
      if (!judge.decide('booking:read', resource).allowed) throw new NotFoundError('Booking');
      throw new ForbiddenError(decision.reasons[0] ?? 'You may not do this');
    }
    const feeAmount = decide(booking, context.clock.now());
    await move(context, db, { ...booking, feeAmount }, to, reason);
    return { ...booking, status: to, feeAmount };
  };

  const change = async (context: RequestContext, id: string, wanted: Change): Promise<BookingRow> => {
    const judge = await policies.of(context);
    const changed = await tenants.transaction(context, (db) => changeOne(context, db, judge, id, wanted));
    context.loaders.clear();
    return changed;
  };

  const cancellation = (context: RequestContext, given: string | null | undefined): Change => {
    const { reason } = validate(cancellationSchema, { reason: given });
    const by = hasPermission(context, ...MAY_CANCEL) ? 'staff' : 'client';
    const decide = (booking: NamedBooking, now: Date): bigint => {
      assertCanBeCancelled(booking, now, by);
      return cancellationFee(booking, now, by);
    };
    return { action: 'booking:cancel', to: 'CANCELLED', decide, reason: reason ?? null };
  };

  /** Gives an expired booking its time and resources back, if nobody else has them. */
  const reclaim = async (db: TenantDb, booking: NamedBooking): Promise<boolean> => {
    const { id, providerId, serviceId, startsAt, sessionId, blockedFrom: from, blockedUntil: until } = booking;
    const offered = await findOfferedService(db, providerId, serviceId);
    if (offered) {
      await lockAll(db, [...(await travelLocksOf(db, [offered])), ...locksOf(offered, startsAt)]);
      if (!(await claimResources(db, offered, { sessionId, from, until }))) return false;
    }
    return reclaimTime(db, id);
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
    cancel: async (context, id, reason) => change(context, id, cancellation(context, reason)),
    async cancelTogether(context, id, scope, reason) {
      const wanted = cancellation(context, reason);
      const judge = await policies.of(context);
      const cancelled = await tenants.transaction(context, async (db) => {
        const ids = await findInScope(db, id, scope);
        if (ids.length === 0) throw new NotFoundError('Booking');
        const rows: BookingRow[] = [];
        for (const one of ids) rows.push(await changeOne(context, db, judge, one, wanted));
        return rows;
      });
      context.loaders.clear();
      return cancelled;
    },
    async complete(context, id) {
      requirePermission(context, 'appointments:update');
      const decide = (booking: NamedBooking, now: Date): bigint => {
        assertCanBeCompleted(booking, now);
        return booking.feeAmount;
      };
      return change(context, id, { action: 'booking:update', to: 'COMPLETED', decide });
    },
    async markNoShow(context, id) {
      requirePermission(context, 'appointments:update');
      const decide = (booking: NamedBooking, now: Date): bigint => {
        assertCanBeMissed(booking, now);
        return booking.noShowFeeAmount;
      };
      return change(context, id, { action: 'booking:update', to: 'NO_SHOW', decide });
    },
    async confirmPaid(context, db, { bookingId, paymentId }) {
      const booking = await lockBooking(db, bookingId);
      if (!booking) {
        context.logger.warn({ bookingId, paymentId }, 'a payment names a booking that is not known');
        return;
      }
      if (booking.status === 'PENDING') return move(context, db, booking, 'CONFIRMED');
      const reclaimed = booking.status === 'EXPIRED' && (await reclaim(db, booking));
      if (reclaimed) {
        const at = context.clock.now();
        await recordChanges(context, db, outbox, booking, [{ from: 'EXPIRED', to: 'CONFIRMED', at }]);
        return;
      }
      if (booking.status === 'EXPIRED') await releaseResources(db, booking.sessionId);
      if (booking.status === 'EXPIRED' || booking.status === 'CANCELLED') {
        await outbox.emit(db, context, 'booking.payment_orphaned', { bookingId, paymentId });
      }
    },
    async confirmFree(context, db, id) {
      const booking = await lockBooking(db, id);
      if (!booking) throw new NotFoundError('Booking');
      assertCanBecome(booking.status, 'CONFIRMED');
      if (booking.status !== 'PENDING') throw new InvalidTransitionError(booking.status, 'CONFIRMED');
      if (booking.priceAmount > 0n) return false;
      await move(context, db, booking, 'CONFIRMED');
      return true;
    },
    async cancelUpcoming(context, db, who) {
      for (const id of await findUpcomingOf(db, who, context.clock.now())) {
        const booking = await lockBooking(db, id);
        if (booking) await move(context, db, { ...booking, feeAmount: 0n }, 'CANCELLED');
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
