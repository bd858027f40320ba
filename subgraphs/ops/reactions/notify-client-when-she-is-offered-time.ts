import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import { waitlistOffered } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

/** Who waits has half an hour to take what is held for her, and so has to know of it. */
export const notifyClientWhenSheIsOfferedTime = (notifier: Notifier): Reaction =>
  reactTo<BookingEvents>()(
    'booking.waitlist_offered',
    'notifyClientWhenSheIsOfferedTime',
    async (context, db, { payload, occurredAt }) => {
      if (payload.clientUserId === null) return;
      await notifier.tellMember(context, db, payload.clientUserId, waitlistOffered(payload, context.tenant), occurredAt);
    },
  );
