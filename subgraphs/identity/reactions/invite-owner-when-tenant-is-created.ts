import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { RequestedInvitationService } from '../invitation/requested-invitation.service.js';

export const inviteOwnerWhenTenantIsCreated = (invitations: RequestedInvitationService): Reaction =>
  reactTo<TenancyEvents>()('tenancy.tenant_created', 'inviteOwnerWhenTenantIsCreated', async (context, db, { payload }) => {
    if (payload.sealedOwner) await invitations.inviteOwner(context, db, payload.sealedOwner);
  });
