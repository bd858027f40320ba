import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { DetectionService } from './detection.service.js';

/** What has calmed down is noticed by nobody but the clock. */
export const lookAgainAtUnquietTenants = (detection: DetectionService): Schedule => ({
  name: 'look-again-at-unquiet-tenants',
  everySeconds: 15,
  run: async (context) => void (await detection.lookAgain(context)),
});
