import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { decodePosition, encodePosition } from '../../_kernel/events/event.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { mapStream } from '../../_kernel/events/map-stream.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { BookingEvents, BookingFacts } from '../events.js';

export interface BookingUpdate {
  /** Resume behind this. */
  readonly cursor: string;
  readonly bookingId: string;
}

export interface ReservationLiveService {
  /**
   * Every change of a booking from now on, or from behind a cursor: of the whole tenant with
   * `appointments:read`, otherwise of your own.
   * @throws {UnauthenticatedError}
   * @throws {ValidationError} for a cursor that is not one of ours
   */
  updates(context: RequestContext, after: string | null | undefined): AsyncGenerator<BookingUpdate, void, void>;
}

const TYPES = [
  'booking.created',
  'booking.confirmed',
  'booking.completed',
  'booking.cancelled',
  'booking.no_show',
  'booking.expired',
] as const satisfies readonly (keyof BookingEvents)[];

export const createReservationLiveService = (tail: EventTail): ReservationLiveService => ({
  updates(context, after) {
    const { tenant, principal } = context;
    const seesAll = hasPermission(context, 'appointments:read');
    if (!seesAll && principal.kind !== 'member') throw new UnauthenticatedError('Sign in to follow bookings');
    const position = after == null ? undefined : decodePosition(after);
    if (position === null) throw ValidationError.of('after', 'is not a cursor of this subscription');
    const stream = tail.stream({ tenantId: tenant.id, types: TYPES, after: position });
    return mapStream(stream, (event) => {
      const { bookingId, clientUserId } = event.payload as BookingFacts;
      const concerned = seesAll || (principal.kind === 'member' && principal.userId === clientUserId);
      return concerned ? { cursor: encodePosition(event.position), bookingId } : null;
    });
  },
});
