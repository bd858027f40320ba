import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdate, type LiveUpdates } from '../../_kernel/events/live-updates.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { BookingEvents, BookingFacts } from '../events.js';

interface BookingChange {
  readonly bookingId: string;
}

export type BookingUpdate = LiveUpdate<BookingChange>;

export interface ReservationLiveService {
  /**
   * Every change of a booking from now on, or from behind a cursor: of the whole tenant with
   * `appointments:read`, otherwise of your own.
   * @throws {UnauthenticatedError}
   * @throws {ValidationError} for a cursor that is not one of ours
   */
  updates(context: RequestContext, after: string | null | undefined): LiveUpdates<BookingChange>;
}

const TYPES = [
  'booking.created',
  'booking.confirmed',
  'booking.completed',
  'booking.cancelled',
  'booking.no_show',
  'booking.expired',
  'booking.rescheduled',
] as const satisfies readonly (keyof BookingEvents)[];

export const createReservationLiveService = (tail: EventTail): ReservationLiveService => ({
  updates(context, after) {
    const { tenant, principal } = context;
    const seesAll = hasPermission(context, 'appointments:read');
    if (!seesAll && principal.kind !== 'member') throw new UnauthenticatedError('Sign in to follow bookings');
    return liveUpdates(tail, { tenantId: tenant.id, types: TYPES, after }, ({ payload }) => {
      const { bookingId, clientUserId } = payload as BookingFacts;
      const concerned = seesAll || (principal.kind === 'member' && principal.userId === clientUserId);
      return concerned ? { bookingId } : null;
    });
  },
});
