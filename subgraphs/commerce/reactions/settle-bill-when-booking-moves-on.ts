import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { BillService } from '../bill/bill.service.js';

const toBooking = reactTo<BookingEvents>();

/** What is owed, kept and given back follows what becomes of the booking. */
export const settleBillWhenBookingMovesOn = (bills: BillService): readonly Reaction[] => [
  toBooking('booking.confirmed', 'oweAgainWhenBookingIsConfirmed', (context, db, { payload }) =>
    bills.confirm(context, db, payload.bookingId),
  ),
  toBooking('booking.completed', 'earnDepositWhenBookingIsCompleted', (context, db, { payload, occurredAt }) =>
    bills.complete(context, db, payload.bookingId, occurredAt),
  ),
  toBooking('booking.cancelled', 'voidBillWhenBookingIsCancelled', (context, db, { payload, occurredAt }) => {
    const { bookingId, fee = null } = payload;
    return bills.end(context, db, { bookingId, state: 'CANCELLED', fee, at: occurredAt });
  }),
  toBooking('booking.no_show', 'chargeFeeWhenClientDoesNotCome', (context, db, { payload, occurredAt }) => {
    const { bookingId, fee = null } = payload;
    return bills.end(context, db, { bookingId, state: 'MISSED', fee, at: occurredAt });
  }),
  toBooking('booking.expired', 'voidBillWhenBookingExpires', (context, db, { payload }) =>
    bills.expire(context, db, payload.bookingId),
  ),
];
