import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { ClientService } from '../client/client.service.js';

/** Whoever becomes a client of the tenant is known to it before she books for the first time. */
export const keepClientWhenMembershipIsGranted = (clients: ClientService): Reaction =>
  reactTo<IdentityEvents>()(
    'identity.membership_granted',
    'keepClientWhenMembershipIsGranted',
    async (context, db, { payload }) => {
      if (!payload.roles.includes('USER')) return;
      const { userId, displayName, email } = payload;
      await clients.keepUserIfThereIsRoom(context, db, { userId, displayName, email });
    },
  );
