import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import { bookingReminder } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

/** By the channels that the client has chosen. Who does not sign in has her mail from booking. */
export const notifyClientWhenBookingIsNear = (notifier: Notifier): Reaction =>
  reactTo<BookingEvents>()(
    'booking.reminder_due',
    'notifyClientWhenBookingIsNear',
    async (context, db, { payload, occurredAt }) => {
      if (payload.clientUserId === null) return;
      await notifier.tellMember(context, db, payload.clientUserId, bookingReminder(payload, context.tenant), occurredAt);
    },
  );
