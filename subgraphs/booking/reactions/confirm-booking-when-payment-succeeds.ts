import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { ReservationStatusService } from '../reservation/reservation-status.service.js';

/** What is paid for stands; money that comes for a time given away meanwhile is reported as orphaned. */
export const confirmBookingWhenPaymentSucceeds = (statuses: ReservationStatusService): Reaction =>
  reactTo<CommerceEvents>()(
    'commerce.payment_succeeded',
    'confirmBookingWhenPaymentSucceeds',
    async (context, db, { payload: { bookingId, bookingIds = [bookingId], paymentId } }) => {
      // One order for everybody, as each is locked.
      for (const id of bookingIds.toSorted()) await statuses.confirmPaid(context, db, { bookingId: id, paymentId });
    },
  );
