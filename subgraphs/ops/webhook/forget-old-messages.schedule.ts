import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { deleteMessagesBefore } from './webhook-delivery.store.js';

/** How long what was told can be told again, in milliseconds. */
const KEPT_MS = 30 * 86_400_000;
const AT_ONCE = 2_000;

export const forgetOldMessages = (platform: PlatformDatabase): Schedule => ({
  name: 'forget-old-webhook-messages',
  everySeconds: 3_600,
  async run({ clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    for (let removed = AT_ONCE; removed === AT_ONCE; ) removed = await deleteMessagesBefore(platform.db, before, AT_ONCE);
  },
});
