import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { forgetMember, keepMember } from '../member/member.store.js';

const on = reactTo<IdentityEvents>();

/** A record of a client is of nobody's user but a member's. */
export const knowMembers: readonly Reaction[] = [
  on('identity.membership_granted', 'knowMember', (_context, db, { payload }) => keepMember(db, payload.userId)),
  on('identity.membership_removed', 'forgetMember', (_context, db, { payload }) => forgetMember(db, payload.userId)),
];
