import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { DomainService } from './domain.service.js';

/** Looks at the records of those domains whose time has come. */
export const watchDomains = (domains: DomainService): Schedule => ({
  name: 'watch-domains',
  everySeconds: 15,
  run: (context) => domains.watch(context),
});
