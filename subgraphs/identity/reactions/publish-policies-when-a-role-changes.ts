import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import { lockPolicies } from '../../_kernel/policy/policy-set.store.js';
import type { IdentityEvents } from '../events.js';
import type { PolicyService } from '../policy/policy.service.js';

/** A policy for a family of roles stands for whatever roles are in it. */
export const publishPoliciesWhenARoleChanges = (policies: PolicyService): Reaction =>
  reactTo<IdentityEvents>()('identity.role_changed', 'publishPoliciesWhenARoleChanges', async (context, db) => {
    await lockPolicies(db);
    await policies.publish(context, db);
  });
