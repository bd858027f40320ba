import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { FactsService } from '../facts/facts.service.js';

const reactToBooking = reactTo<BookingEvents>();

export const followBookingWhenItIsConfirmed = (facts: FactsService): Reaction =>
  reactToBooking('booking.confirmed', 'followBookingWhenItIsConfirmed', (_context, db, event) =>
    facts.followBooking(db, event, 'CONFIRMED'),
  );

export const followBookingWhenItIsCompleted = (facts: FactsService): Reaction =>
  reactToBooking('booking.completed', 'followBookingWhenItIsCompleted', (_context, db, event) =>
    facts.followBooking(db, event, 'COMPLETED'),
  );

export const followBookingWhenItIsCancelled = (facts: FactsService): Reaction =>
  reactToBooking('booking.cancelled', 'followBookingWhenItIsCancelled', (_context, db, event) =>
    facts.followBooking(db, event, 'CANCELLED'),
  );

export const followBookingWhenNobodyComes = (facts: FactsService): Reaction =>
  reactToBooking('booking.no_show', 'followBookingWhenNobodyComes', (_context, db, event) =>
    facts.followBooking(db, event, 'NO_SHOW'),
  );

export const followBookingWhenItExpires = (facts: FactsService): Reaction =>
  reactToBooking('booking.expired', 'followBookingWhenItExpires', (_context, db, event) =>
    facts.followBooking(db, event, 'EXPIRED'),
  );
