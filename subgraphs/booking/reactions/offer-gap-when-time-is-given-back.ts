import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents, BookingFacts } from '../events.js';
import type { FreedTime, WaitlistService } from '../waitlist/waitlist.service.js';

const toBooking = reactTo<BookingEvents>();

const freedBy = ({ providerId, startsAt, endsAt }: BookingFacts): FreedTime => ({
  providerId,
  from: new Date(startsAt),
  until: new Date(endsAt),
});

/** Time that is given back is held for the first who waits for it, and an offer that lapsed goes to the next. */
export const offerGapWhenTimeIsGivenBack = (waitlist: WaitlistService): readonly Reaction[] => [
  toBooking('booking.cancelled', 'offerGapWhenBookingIsCancelled', async (context, db, { payload }) => {
    await waitlist.settle(db, payload.bookingId, 'LAPSED');
    await waitlist.fill(context, db, freedBy(payload));
  }),
  toBooking('booking.expired', 'offerGapWhenBookingExpires', async (context, db, { payload }) => {
    await waitlist.settle(db, payload.bookingId, 'LAPSED');
    await waitlist.fill(context, db, freedBy(payload));
  }),
  toBooking('booking.rescheduled', 'offerGapWhenBookingMoves', async (context, db, { payload }) => {
    const from = new Date(payload.previousStartsAt);
    const length = Date.parse(payload.endsAt) - Date.parse(payload.startsAt);
    await waitlist.fill(context, db, { providerId: payload.previousProviderId, from, until: new Date(from.getTime() + length) });
  }),
  toBooking('booking.confirmed', 'settleOfferWhenBookingIsConfirmed', (_context, db, { payload }) =>
    waitlist.settle(db, payload.bookingId, 'BOOKED'),
  ),
];
