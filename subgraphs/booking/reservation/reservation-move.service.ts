import { ConflictError, ForbiddenError, InvalidTransitionError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { sqlStateOf } from '../../_kernel/tenancy/violations.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import type { AvailabilityService } from '../availability/availability.service.js';
import { wallClock } from '../availability/zone-calendar.js';
import { findOfferedService, type OfferedService } from '../catalogue/catalogue.store.js';
import type { BookingEvents } from '../events.js';
import { findInScope, type BookingScope } from '../group/booking-group.store.js';
import { movedAlong } from '../group/recurrence.js';
import { claimResources, lockAll, locksOf, releaseResources, sessionOf } from '../resource/resource-claim.js';
import { bookedTime } from '../stay/booked-time.js';
import { findFreeUnits } from '../stay/free-units.js';
import { freeUntil } from '../terms/terms.js';
import { travelLocksOf } from '../travel/travel.store.js';
import { bookingResource } from './reservation-policy.js';
import { factsOf, slotTaken } from './reservation-record.js';
import { findFreeSeat, insertStatusChanges, lockBooking, updatePlace, updateStatus, type NamedBooking } from './reservation.store.js';

export interface BookingMove {
  readonly bookingId: string;
  readonly startsAt: Date;
  /** Whether what was made together with it moves as far on the wall clock. */
  readonly scope: BookingScope;
}

export interface ReservationMoveService {
  /**
   * Moves a booking, or several made together, to other slots that are offered; all or none. A client may move her
   * own as long as she could cancel it for nothing; its price and terms stay.
   * @throws {NotFoundError} also for a booking that you may not see
   * @throws {ForbiddenError} for somebody else's without `appointments:update`, and where a policy denies it
   * @throws {InvalidTransitionError} for one that is over, or that a client may not move any more
   * @throws {ConflictError} SLOT_UNAVAILABLE
   */
  move(context: RequestContext, input: BookingMove): Promise<NamedBooking>;
}

interface PlannedMove {
  readonly booking: NamedBooking;
  readonly offered: OfferedService;
  readonly startsAt: Date;
}

/** What PostgreSQL says when somebody takes the slot at the same moment: against a constraint, or in a circle. */
const LOST_RACES: ReadonlySet<string | null> = new Set(['23P01', '40P01']);

export function createReservationMoveService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly policies: TenantPolicies;
  readonly availability: AvailabilityService;
}): ReservationMoveService {
  const { tenants, outbox, policies, availability } = parts;

  const assertMayMove = (context: RequestContext, booking: NamedBooking): void => {
    const { status } = booking;
    if (status !== 'PENDING' && status !== 'CONFIRMED') throw new InvalidTransitionError(status, status, 'It is over');
    const isStaff = hasPermission(context, 'appointments:update');
    if (!isStaff && (booking.dueAt !== null || context.clock.now() > freeUntil(booking))) {
      throw new InvalidTransitionError(status, status, 'It is too late to move the booking; ask the company to');
    }
  };

  /** Whether the slot is offered, or as many nights are from there on. */
  const canMove = async (
    context: RequestContext,
    db: TenantDb,
    { nights }: NamedBooking,
    offered: OfferedService,
    startsAt: Date,
  ): Promise<boolean> => {
    if (nights === null) return (await availability.whoIsFree(context, db, [offered], startsAt, 'offered')).length > 0;
    const zone = offered.provider.timeZone ?? context.tenant.timeZone;
    const arrival = wallClock(startsAt, zone).slice(0, 'YYYY-MM-DD'.length);
    const [stay] = await findFreeUnits(context, db, [offered], { arrival, nights });
    return stay?.startsAt.getTime() === startsAt.getTime();
  };

  /** Takes the bookings out of the calendar, so that they may move into each other's places, and puts them back. */
  const carryOut = async (context: RequestContext, db: TenantDb, moves: readonly PlannedMove[]): Promise<void> => {
    for (const { booking } of moves) {
      await updateStatus(db, booking.id, 'CANCELLED');
      await releaseResources(db, booking.sessionId);
    }
    for (const { booking, offered, startsAt } of moves) {
      if (!(await canMove(context, db, booking, offered, startsAt))) throw slotTaken();
      const { endsAt, claimed, intermission } = bookedTime(offered, startsAt, booking.nights, context.tenant.timeZone);
      const { from, until } = claimed;
      const sessionId = sessionOf(offered, startsAt, booking.id);
      const seat = offered.service.capacity > 1 ? await findFreeSeat(db, sessionId) : 1;
      await updatePlace(db, booking.id, {
        status: booking.status,
        startsAt,
        endsAt,
        blockedFrom: from,
        blockedUntil: until,
        ...intermission,
        sessionId,
        seat,
        sessionCapacity: offered.service.capacity,
      });
      if (!(await claimResources(db, offered, { sessionId, from, until }))) throw slotTaken();
    }
  };

  const tell = async (context: RequestContext, db: TenantDb, { booking, startsAt, offered }: PlannedMove): Promise<void> => {
    const { endsAt } = bookedTime(offered, startsAt, booking.nights, context.tenant.timeZone);
    const at = context.clock.now();
    const reason = `Moved from ${booking.startsAt.toISOString()}`;
    const { id, status } = booking;
    const actorId = actorIdOf(context.principal);
    const change = { id: uuidv7(), bookingId: id, fromStatus: status, toStatus: status, reason, actorId, changedAt: at };
    await insertStatusChanges(db, [change]);
    await outbox.emit(db, context, 'booking.rescheduled', {
      ...factsOf({ ...booking, startsAt, endsAt }),
      previousStartsAt: booking.startsAt.toISOString(),
      previousProviderId: booking.providerId,
    });
  };

  return {
    async move(context, { bookingId, startsAt, scope }) {
      requireMember(context);
      const judge = await policies.of(context);
      const action = hasPermission(context, 'appointments:update') ? 'booking:update' : 'booking:cancel';
      const planned = async (db: TenantDb, id: string, chosen: NamedBooking): Promise<PlannedMove> => {
        const booking = id === bookingId ? chosen : await lockBooking(db, id);
        if (!booking) throw new NotFoundError('Booking');
        const resource = bookingResource(booking, booking.client.userId);
        const decision = judge.decide(action, resource);
        if (!decision.allowed) {
          if (!judge.decide('booking:read', resource).allowed) throw new NotFoundError('Booking');
          throw new ForbiddenError(decision.reasons[0] ?? 'You may not do this');
        }
        assertMayMove(context, booking);
        const offered = await findOfferedService(db, booking.providerId, booking.serviceId);
        if (!offered) throw new ConflictError('This time is not available', 'SLOT_UNAVAILABLE');
        return { booking, offered, startsAt: movedAlong(booking.startsAt, booking.timeZone, chosen.startsAt, startsAt) };
      };
      const work = async (db: TenantDb): Promise<NamedBooking> => {
        const chosen = await lockBooking(db, bookingId);
        if (!chosen) throw new NotFoundError('Booking');
        const moves: PlannedMove[] = [];
        for (const id of await findInScope(db, bookingId, scope)) moves.push(await planned(db, id, chosen));
        await lockAll(db, [
          ...(await travelLocksOf(db, moves.map(({ offered }) => offered))),
          ...moves.flatMap((move) => [`session:${move.booking.sessionId}`, ...locksOf(move.offered, move.startsAt)]),
        ]);
        await carryOut(context, db, moves);
        for (const move of moves) await tell(context, db, move);
        const moved = await lockBooking(db, bookingId);
        if (!moved) throw new NotFoundError('Booking');
        return moved;
      };
      try {
        return await tenants.transaction(context, work);
      } catch (error) {
        throw LOST_RACES.has(sqlStateOf(error)) ? slotTaken() : error;
      } finally {
        context.loaders.clear();
      }
    },
  };
}
