import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { changeMember } from '../owner/owner.store.js';

export const keepOwnerWhenMembershipChanges: Reaction = reactTo<IdentityEvents>()(
  'identity.membership_changed',
  'keepOwnerWhenMembershipChanges',
  (_context, db, { payload: { userId, roles, status } }) =>
    changeMember(db, userId, {
      isOwner: roles.includes('OWNER') && status === 'ACTIVE',
      roles: status === 'ACTIVE' ? [...roles] : [],
    }),
);
