import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { ReviewService } from '../review/review.service.js';

export const admitReviewWhenBookingIsCompleted = (reviews: ReviewService): Reaction =>
  reactTo<BookingEvents>()(
    'booking.completed',
    'admitReviewWhenBookingIsCompleted',
    (_context, db, { payload: { bookingId, providerId, clientId, clientUserId }, occurredAt }) =>
      reviews.admit(db, { bookingId, providerId, clientId, clientUserId, completedAt: occurredAt }),
  );
