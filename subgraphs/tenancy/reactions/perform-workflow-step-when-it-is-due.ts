import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../events.js';
import type { WorkflowEffects } from '../workflow/instance/effects.js';

/** What a workflow does by itself happens in one transaction with the note that it has: once, whatever dies on the way. */
export const performWorkflowStepWhenItIsDue = (effects: WorkflowEffects): Reaction =>
  reactTo<TenancyEvents>()('tenancy.workflow_effect_due', 'performWorkflowStepWhenItIsDue', (context, db, { payload }) =>
    effects.perform(context, db, payload),
  );
