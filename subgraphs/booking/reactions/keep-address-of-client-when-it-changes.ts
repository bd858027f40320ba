import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { moveClientAddress } from '../client/client.store.js';

/** An address that the company has written down itself stays. */
export const keepAddressOfClientWhenItChanges: Reaction = reactTo<IdentityEvents>()(
  'identity.email_changed',
  'keepAddressOfClientWhenItChanges',
  (_context, db, { payload: { userId, email, emailBefore } }) => moveClientAddress(db, userId, emailBefore, email),
);
