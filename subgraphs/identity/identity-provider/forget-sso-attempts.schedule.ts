import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { CODE_SECONDS } from './attempt.js';
import { deleteExpiredAttempts } from './attempt.store.js';

/** Attempts are rows that anybody can make us write: they must not pile up. A code outlives its attempt by a little. */
export const forgetSsoAttempts = ({ db }: PlatformDatabase): Schedule => ({
  name: 'forget-sso-attempts',
  everySeconds: 10 * 60,
  run: ({ clock }) => deleteExpiredAttempts(db, new Date(clock.now().getTime() - CODE_SECONDS * 2_000)),
});
