import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { RefundPaymentService } from '../payment/refund-payment.service.js';

/** Only the wish is written here; the schedule that reconciles payments carries it to the provider. */
export const refundPaymentWhenBookingHasLostItsTime = (refunds: RefundPaymentService): Reaction =>
  reactTo<BookingEvents>()(
    'booking.payment_orphaned',
    'refundPaymentWhenBookingHasLostItsTime',
    (context, db, { payload }) => refunds.requestInFull(context, db, payload.paymentId),
  );
