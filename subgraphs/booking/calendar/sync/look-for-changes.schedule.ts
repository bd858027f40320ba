import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import { systemContext } from '../../../_kernel/request/system-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import type { BookingJobs } from '../../jobs.js';
import { SYNC_EVERY_MS } from '../connection/calendar-connection.js';
import { findDueConnections, postponeSync } from '../connection/calendar-connection.store.js';

/** Looked at in one turn; the rest is left for the next. */
const AT_ONCE = 500;

/** Asks for a look at every calendar that nobody has looked at for a while: they tell of their changes only when asked. */
export const lookForCalendarChanges = ({ tenants, platform }: Database, queue: JobQueue<BookingJobs>): Schedule => ({
  name: 'look-for-calendar-changes',
  everySeconds: 30,
  async run({ clock, logger, origin: { requestId } }) {
    const now = clock.now();
    for (const { id, nextSyncAt, tenant } of await findDueConnections(platform.db, now, AT_ONCE)) {
      const own = systemContext({ name: 'look-for-calendar-changes', tenant: tenant as TenantIdentity, clock, logger, requestId });
      await tenants.transaction(own, async (db) => {
        const key = `${id}:${nextSyncAt?.toISOString() ?? ''}`;
        await queue.enqueue(db, own, 'booking.sync_calendar', { connectionId: id }, { key, priority: 'LOW' });
        await postponeSync(db, id, new Date(now.getTime() + SYNC_EVERY_MS));
      });
    }
  },
});
