import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../events.js';
import type { WaitlistService } from '../waitlist/waitlist.service.js';

const toBooking = reactTo<BookingEvents>();

/** Time that is given back is held for the first who waits for it, and an offer that lapsed goes to the next. */
export const offerGapWhenTimeIsGivenBack = (waitlist: WaitlistService): readonly Reaction[] => [
  toBooking('booking.cancelled', 'offerGapWhenBookingIsCancelled', async (context, db, { payload }) => {
    await waitlist.settle(db, payload.bookingId, 'LAPSED');
    await waitlist.fill(context, db, { providerId: payload.providerId, startsAt: new Date(payload.startsAt) });
  }),
  toBooking('booking.expired', 'offerGapWhenBookingExpires', async (context, db, { payload }) => {
    await waitlist.settle(db, payload.bookingId, 'LAPSED');
    await waitlist.fill(context, db, { providerId: payload.providerId, startsAt: new Date(payload.startsAt) });
  }),
  toBooking('booking.rescheduled', 'offerGapWhenBookingMoves', async (context, db, { payload }) => {
    const startsAt = new Date(payload.previousStartsAt);
    await waitlist.fill(context, db, { providerId: payload.previousProviderId, startsAt });
  }),
  toBooking('booking.confirmed', 'settleOfferWhenBookingIsConfirmed', (_context, db, { payload }) =>
    waitlist.settle(db, payload.bookingId, 'BOOKED'),
  ),
];
