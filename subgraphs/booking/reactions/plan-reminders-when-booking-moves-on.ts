import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../events.js';
import type { ReminderService } from '../reminder/reminder.service.js';

const toBooking = reactTo<BookingEvents>();

/** Reminders follow the booking: to its new time, and out of the way when it is over. */
export const planRemindersWhenBookingMovesOn = (reminders: ReminderService): readonly Reaction[] => [
  toBooking('booking.confirmed', 'planRemindersWhenBookingIsConfirmed', (context, db, { payload }) =>
    reminders.plan(context, db, payload.bookingId),
  ),
  toBooking('booking.rescheduled', 'planRemindersWhenBookingMoves', (context, db, { payload }) =>
    reminders.plan(context, db, payload.bookingId),
  ),
  toBooking('booking.cancelled', 'dropRemindersWhenBookingIsCancelled', (_context, db, { payload }) =>
    reminders.drop(db, payload.bookingId),
  ),
];
