import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { deleteLogBefore } from './notification-log.store.js';

const KEPT_MS = 90 * 86_400_000;
const AT_ONCE = 2_000;

export const forgetOldNotificationLog = (platform: PlatformDatabase): Schedule => ({
  name: 'forget-old-notification-log',
  everySeconds: 3_600,
  async run({ clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    for (let removed = AT_ONCE; removed === AT_ONCE; ) removed = await deleteLogBefore(platform.db, before, AT_ONCE);
  },
});
