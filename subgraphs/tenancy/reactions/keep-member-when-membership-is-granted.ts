import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { keepMember } from '../owner/owner.store.js';

/** Owners are written to when their company is locked out, which is no time to ask another subgraph who they are. */
export const keepMemberWhenMembershipIsGranted: Reaction = reactTo<IdentityEvents>()(
  'identity.membership_granted',
  'keepMemberWhenMembershipIsGranted',
  // Clients never answer for a company, and are many.
  async (_context, db, { payload: { userId, email, displayName, roles } }) => {
    if (roles.every((role) => role === 'USER')) return;
    await keepMember(db, { userId, email, displayName, isOwner: roles.includes('OWNER'), roles: [...roles] });
  },
);
