import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { TrialService } from './trial.service.js';

/** A trial ends within a minute of when it was said to. */
export const watchTrials = (trials: TrialService): Schedule => ({
  name: 'watch-trials',
  everySeconds: 60,
  run: (context) => trials.watch(context),
});
