import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { BillService } from '../bill/bill.service.js';
import type { RefundPaymentService } from '../payment/refund-payment.service.js';

/** Only the wish is written here; the schedule that reconciles payments carries it to the provider. */
export const refundPaymentWhenBookingHasLostItsTime = (bills: BillService, refunds: RefundPaymentService): Reaction =>
  reactTo<BookingEvents>()(
    'booking.payment_orphaned',
    'refundPaymentWhenBookingHasLostItsTime',
    async (context, db, { payload }) => {
      const isBilled = await bills.lose(context, db, payload.bookingId);
      if (!isBilled) await refunds.requestInFull(context, db, payload.paymentId);
    },
  );
