import type { Outbox } from '../../_kernel/events/outbox.js';
import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { IdentityEvents } from '../events.js';
import { changeSeat } from '../membership/seat.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import { membershipLocked, updateMembership } from '../standing/standing.store.js';

/** Whoever has one of these can hand out more; people do that, never a workflow. */
const HANDED_OUT_BY_PEOPLE: readonly string[] = ['OWNER', 'ADMIN'];

/** A member whose workflow has ended well has one role more. Whoever is no member gets none. */
export const grantRoleWhenAWorkflowAsks = (outbox: Outbox<IdentityEvents>): Reaction =>
  reactTo<TenancyEvents>()('tenancy.role_grant_requested', 'grantRoleWhenAWorkflowAsks', async (context, db, { payload }) => {
    const { userId, role } = payload;
    if (HANDED_OUT_BY_PEOPLE.includes(role)) return;
    const [found] = await findMembershipsOfUsers(db, [userId]);
    const member = found && (await membershipLocked(db, found.id));
    if (!member || member.roles.includes(role)) return;
    const roles = [...member.roles, role];
    await updateMembership(db, member.id, { roles });
    await changeSeat(db, context, member.roles, roles);
    const { status } = member;
    const before = { roles: member.roles, status };
    await outbox.emit(db, context, 'identity.membership_changed', { membershipId: member.id, userId, roles, status, before });
  });
