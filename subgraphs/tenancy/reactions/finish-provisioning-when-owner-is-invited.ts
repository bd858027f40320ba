import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { markProvisioned } from '../tenant/tenant.store.js';

/** Settings come with the company and its features with its plan: the owner is the last thing it waits for. */
export const finishProvisioningWhenOwnerIsInvited: Reaction = reactTo<IdentityEvents>()(
  'identity.member_invited',
  'finishProvisioningWhenOwnerIsInvited',
  async (context, db, { payload }) => {
    if (payload.roles.includes('OWNER')) await markProvisioned(db, context.clock.now());
  },
);
