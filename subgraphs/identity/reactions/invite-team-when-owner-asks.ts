import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { RequestedInvitationService } from '../invitation/requested-invitation.service.js';

export const inviteTeamWhenOwnerAsks = (invitations: RequestedInvitationService): Reaction =>
  reactTo<TenancyEvents>()('tenancy.team_invited', 'inviteTeamWhenOwnerAsks', async (context, db, { payload }) => {
    const { people, invitedBy } = payload;
    for (const person of people) await invitations.inviteColleague(context, db, { ...person, invitedBy });
  });
