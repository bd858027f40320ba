import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { changeMember } from '../owner/owner.store.js';

export const keepAddressOfMemberWhenItChanges: Reaction = reactTo<IdentityEvents>()(
  'identity.email_changed',
  'keepAddressOfMemberWhenItChanges',
  (_context, db, { payload: { userId, email } }) => changeMember(db, userId, { email }),
);
