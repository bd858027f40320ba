import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { FactsService } from '../facts/facts.service.js';

export const countBookingWhenItIsCreated = (facts: FactsService): Reaction =>
  reactTo<BookingEvents>()('booking.created', 'countBookingWhenItIsCreated', (_context, db, event) =>
    facts.followBooking(db, event, event.payload.status),
  );
