import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { deleteExpiredPasskeyChallenges } from '../passkey/passkey.store.js';
import { deleteOldPhoneCodes } from '../phone/phone-verification.store.js';
import { deleteExpiredChallenges } from '../second-factor/second-factor.store.js';
import { deleteStaleAttempts } from './sign-in-guard.store.js';

/** Codes of longer ago than this count towards no limit any more. */
const PHONE_CODES_KEPT_MS = 24 * 3_600_000;

/** Attempts and challenges are rows that anybody can make us write: they must not pile up. */
export const forgetWhatCountsNoMore = ({ db }: PlatformDatabase): Schedule => ({
  name: 'forget-what-counts-no-more',
  everySeconds: 10 * 60,
  run: async ({ clock }) => {
    await deleteStaleAttempts(db, clock.now());
    await deleteExpiredChallenges(db, clock.now());
    await deleteExpiredPasskeyChallenges(db, clock.now());
    await deleteOldPhoneCodes(db, new Date(clock.now().getTime() - PHONE_CODES_KEPT_MS));
  },
});
