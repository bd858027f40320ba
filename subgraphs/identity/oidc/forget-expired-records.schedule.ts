import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { deleteEndedGrants } from './grant.store.js';
import { deleteExpiredRecords } from './record.store.js';

/** Codes, tokens and requests are rows that anybody can make us write: they must not pile up. */
export const forgetExpiredRecords = ({ db }: PlatformDatabase): Schedule => ({
  name: 'forget-expired-oidc-records',
  everySeconds: 10 * 60,
  run: async ({ clock }) => {
    await deleteExpiredRecords(db, clock.now());
    await deleteEndedGrants(db, clock.now());
  },
});
