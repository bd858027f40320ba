import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingCreated, BookingEvents } from '../../booking/events.js';
import type { BillService } from '../bill/bill.service.js';

/** What the bill is for, in words. */
const describe = ({ serviceName, providerName, reference, nights = null }: BookingCreated): string => {
  const lasting = nights === null ? '' : `, ${nights} ${nights === 1 ? 'night' : 'nights'},`;
  return `${serviceName}${lasting} with ${providerName} (${reference})`;
};

export const openBillWhenBookingIsCreated = (bills: BillService): Reaction =>
  reactTo<BookingEvents>()('booking.created', 'openBillWhenBookingIsCreated', (context, db, { payload }) =>
    bills.open(context, db, {
      bookingId: payload.bookingId,
      clientId: payload.clientId,
      clientUserId: payload.clientUserId,
      description: describe(payload),
      price: payload.price,
      // What comes due at a time of its own is on a bill of its own.
      groupId: payload.dueAt == null ? (payload.group?.id ?? null) : null,
      dueAt: payload.dueAt == null ? null : new Date(payload.dueAt),
      deposit: payload.deposit ?? null,
    }),
  );
