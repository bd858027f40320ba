import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { LoyaltyService } from '../loyalty/loyalty.service.js';

export const awardPointsWhenBookingIsCompleted = (loyalty: LoyaltyService): Reaction =>
  reactTo<BookingEvents>()(
    'booking.completed',
    'awardPointsWhenBookingIsCompleted',
    (context, db, { payload: { bookingId, clientId, clientUserId, price }, occurredAt }) =>
      loyalty.award(context, db, {
        bookingId,
        client: { clientId, userId: clientUserId },
        price,
        completedAt: occurredAt,
      }),
  );
