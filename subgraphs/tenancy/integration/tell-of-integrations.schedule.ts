import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { IntegrationService } from './integration.service.js';

/** Whatever is active is called, also what was enabled before anybody was told where to. */
export const tellOfIntegrations = (integrations: IntegrationService): Schedule => ({
  name: 'tell-of-integrations',
  everySeconds: 3_600,
  run: (context) => integrations.tellOfUntold(context),
});
