import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { BillService } from '../bill/bill.service.js';

export const voidBillWhenBookingIsCancelled = (bills: BillService): Reaction =>
  reactTo<BookingEvents>()('booking.cancelled', 'voidBillWhenBookingIsCancelled', (context, db, { payload }) =>
    bills.void(context, db, payload.bookingId),
  );
