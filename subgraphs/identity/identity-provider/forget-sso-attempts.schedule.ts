import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { CODE_SECONDS } from './attempt.js';
import { deleteExpiredAttempts } from './attempt.store.js';
import { deleteEndedSamlSessions } from './saml-session.store.js';

/** Attempts are rows that anybody can make us write: they must not pile up. A code outlives its attempt by a little. */
export const forgetSsoAttempts = ({ db }: PlatformDatabase): Schedule => ({
  name: 'forget-sso-attempts',
  everySeconds: 10 * 60,
  async run({ clock }) {
    const now = clock.now();
    await deleteExpiredAttempts(db, new Date(now.getTime() - CODE_SECONDS * 2_000));
    await deleteEndedSamlSessions(db, now);
  },
});
