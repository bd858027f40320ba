import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { BillService } from '../bill/bill.service.js';

export const openBillWhenBookingIsCreated = (bills: BillService): Reaction =>
  reactTo<BookingEvents>()('booking.created', 'openBillWhenBookingIsCreated', (context, db, { payload }) =>
    bills.open(context, db, {
      bookingId: payload.bookingId,
      clientId: payload.clientId,
      clientUserId: payload.clientUserId,
      description: `${payload.serviceName} with ${payload.providerName} (${payload.reference})`,
      price: payload.price,
      groupId: payload.group?.id ?? null,
      deposit: payload.deposit ?? null,
    }),
  );
