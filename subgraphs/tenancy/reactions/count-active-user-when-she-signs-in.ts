import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import { monthOf } from '../../_kernel/quota/period.js';
import type { IdentityEvents } from '../../identity/events.js';
import { markActive } from '../usage/usage.store.js';

export const countActiveUserWhenSheSignsIn: Reaction = reactTo<IdentityEvents>()(
  'identity.login_succeeded',
  'countActiveUserWhenSheSignsIn',
  async ({ tenant }, db, { payload: { realm, subjectId }, occurredAt }) => {
    if (realm === 'tenant') await markActive(db, monthOf(occurredAt, tenant.timeZone), subjectId);
  },
);
