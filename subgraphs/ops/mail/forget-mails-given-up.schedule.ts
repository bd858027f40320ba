import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { forgetWordsBefore } from './mail.store.js';

/** How long after it was asked for a mail can be sent again that was given up; an attempt takes two days of it. */
const KEPT_MS = 5 * 86_400_000;
const AT_ONCE = 2_000;

export const forgetMailsGivenUp = (platform: PlatformDatabase): Schedule => ({
  name: 'forget-mails-given-up',
  everySeconds: 3_600,
  async run({ clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    for (let forgotten = AT_ONCE; forgotten === AT_ONCE; ) forgotten = await forgetWordsBefore(platform.db, before, AT_ONCE);
  },
});
