import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { forgetMember } from '../owner/owner.store.js';

/** Whoever has left is told nothing more, and is handed no task. */
export const forgetMemberWhenMembershipIsRemoved: Reaction = reactTo<IdentityEvents>()(
  'identity.membership_removed',
  'forgetMemberWhenMembershipIsRemoved',
  (_context, db, { payload: { userId } }) => forgetMember(db, userId),
);
