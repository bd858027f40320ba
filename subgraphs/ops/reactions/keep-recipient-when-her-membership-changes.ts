import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { forgetRecipient, keepRecipientRoles } from '../notification/notification.store.js';

const on = reactTo<IdentityEvents>();

/** Whoever may do nothing at the moment is told nothing as an owner; whoever has gone is told nothing. */
export const keepRecipientWhenHerMembershipChanges: readonly Reaction[] = [
  on('identity.membership_changed', 'keepRecipientWhenHerMembershipChanges', (_context, db, { payload: { membershipId, roles, status } }) =>
    keepRecipientRoles(db, membershipId, status === 'ACTIVE' ? roles : []),
  ),
  on('identity.membership_removed', 'forgetRecipientWhenSheIsRemoved', (_context, db, { payload }) =>
    forgetRecipient(db, payload.membershipId),
  ),
];
