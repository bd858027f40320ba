import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { IntegrationService } from './integration.service.js';

/** No key of a company's gets much older than ninety days. */
export const rotateDataKeys = (integrations: IntegrationService): Schedule => ({
  name: 'rotate-data-keys',
  everySeconds: 3_600,
  run: (context) => integrations.rotateOldKeys(context),
});
