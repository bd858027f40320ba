import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { Notifier } from '../notification/notifier.js';

export const keepRecipientWhenMembershipIsGranted = (notifier: Notifier): Reaction =>
  reactTo<IdentityEvents>()(
    'identity.membership_granted',
    'keepRecipientWhenMembershipIsGranted',
    (_context, db, { payload: { membershipId, userId, displayName, email, roles } }) =>
      notifier.keepMember(db, { membershipId, userId, displayName, email, roles }),
  );
