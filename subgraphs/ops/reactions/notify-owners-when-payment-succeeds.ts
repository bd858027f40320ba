import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { paymentSucceeded } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

export const notifyOwnersWhenPaymentSucceeds = (notifier: Notifier): Reaction =>
  reactTo<CommerceEvents>()(
    'commerce.payment_succeeded',
    'notifyOwnersWhenPaymentSucceeds',
    (context, db, { payload, occurredAt }) => notifier.tellOwners(context, db, paymentSucceeded(payload), occurredAt),
  );
