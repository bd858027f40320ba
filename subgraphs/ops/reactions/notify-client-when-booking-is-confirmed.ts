import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import { bookingConfirmedForClient } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

export const notifyClientWhenBookingIsConfirmed = (notifier: Notifier): Reaction =>
  reactTo<BookingEvents>()(
    'booking.confirmed',
    'notifyClientWhenBookingIsConfirmed',
    async (context, db, { payload, occurredAt }) => {
      if (payload.clientUserId === null) return;
      const message = bookingConfirmedForClient(payload, context.tenant);
      await notifier.tellMember(context, db, payload.clientUserId, message, occurredAt);
    },
  );
