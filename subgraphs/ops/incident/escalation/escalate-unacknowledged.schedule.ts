import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import type { EscalationService } from './escalation.service.js';

export const escalateUnacknowledged = (escalations: EscalationService): Schedule => ({
  name: 'escalate-unacknowledged-incidents',
  everySeconds: 15,
  run: async (context) => void (await escalations.escalateDue(context)),
});
