import type { PlatformDatabase } from '../tenancy/tenant-database.js';
import type { Schedule } from './schedule.js';

/** How long a job that is done is kept: for as long its key makes no second one. In milliseconds. */
const KEPT_MS = 7 * 86_400_000;
const AT_ONCE = 5_000;

/** Jobs that are dead stay until somebody deals with them. */
export const removeFinishedJobs = (platform: PlatformDatabase, queue: string): Schedule => ({
  name: `remove-finished-jobs:${queue}`,
  everySeconds: 600,
  async run({ clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    for (let removed = AT_ONCE; removed === AT_ONCE; ) {
      removed = await platform.db.$executeRaw`
        DELETE FROM kernel.job WHERE (tenant_id, id) IN (
          SELECT tenant_id, id FROM kernel.job
          WHERE status = 'DONE' AND finished_at < ${before} AND queue = ${queue} LIMIT ${AT_ONCE})`;
    }
  },
});
