import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import type { WorkflowEffects } from './effects.js';

/** Moves on what waits for time alone. */
export const wakeWorkflows = (effects: WorkflowEffects): Schedule => ({
  name: 'wakeWorkflows',
  everySeconds: 2,
  run: (context) => effects.wakeDue(context),
});
