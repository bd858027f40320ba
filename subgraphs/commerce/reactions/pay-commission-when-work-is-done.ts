import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { CommissionService } from '../commission/commission.service.js';
import type { CommerceEvents } from '../events.js';

const toBooking = reactTo<BookingEvents>();

/** Those who did the work get their share of it once, and less where the client got money back. */
export const payCommissionWhenWorkIsDone = (commissions: CommissionService): readonly Reaction[] => [
  toBooking('booking.completed', 'postCommissionWhenBookingIsCompleted', (context, db, { payload, occurredAt }) =>
    commissions.earn(context, db, payload, occurredAt),
  ),
  toBooking('booking.provider_linked', 'keepPayeeWhenProviderIsLinked', (_context, db, { payload }) =>
    commissions.keepPayee(db, payload.providerId, payload.userId),
  ),
  reactTo<CommerceEvents>()(
    'commerce.payment_refunded',
    'takeCommissionBackWhenPaymentIsRefunded',
    (context, db, { payload }) => commissions.followRefunds(context, db, payload.paymentId),
  ),
];
