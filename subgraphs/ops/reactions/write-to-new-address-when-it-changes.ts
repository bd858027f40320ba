import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { keepRecipientAddress } from '../notification/notification.store.js';

export const writeToNewAddressWhenItChanges: Reaction = reactTo<IdentityEvents>()(
  'identity.email_changed',
  'writeToNewAddressWhenItChanges',
  (_context, db, { payload: { userId, email } }) => keepRecipientAddress(db, userId, email),
);
