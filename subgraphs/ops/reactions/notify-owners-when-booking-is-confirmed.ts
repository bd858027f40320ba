import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import { bookingConfirmedForOwner } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

export const notifyOwnersWhenBookingIsConfirmed = (notifier: Notifier): Reaction =>
  reactTo<BookingEvents>()(
    'booking.confirmed',
    'notifyOwnersWhenBookingIsConfirmed',
    (context, db, { payload, occurredAt }) =>
      notifier.tellOwners(context, db, bookingConfirmedForOwner(payload, context.tenant), occurredAt),
  );
