import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import type { RouteRequest } from '../../../_kernel/wire/subgraph-route.js';
import type { BookingJobs } from '../../jobs.js';
import { isGenuine, noticeIn } from './calendar-watch.js';
import { findWatch, noteNotice } from './calendar-watch.store.js';

export interface CalendarNoticeService {
  /**
   * Has a calendar looked at that tells of a change, once for all notices that come before that is begun.
   * @returns false for a notice that does not prove to come from the calendar
   */
  receive(context: RequestContext, watchId: string, request: RouteRequest): Promise<boolean>;
  /** Whether notices of Microsoft are awaited by a watch, which it wants to hear before it sends any. */
  isAwaited(context: RequestContext, watchId: string): Promise<boolean>;
}

export function createCalendarNoticeService(parts: {
  readonly tenants: TenantDatabase;
  readonly queue: JobQueue<BookingJobs>;
}): CalendarNoticeService {
  const { tenants, queue } = parts;
  return {
    async receive(context, watchId, request) {
      const watch = await findWatch(tenants.of(context), watchId);
      if (!watch || watch.connection.kind === 'CALDAV') return false;
      const notice = noticeIn(watch.connection.kind, request);
      if (!notice || !isGenuine(notice, watch.tokenHash)) return false;
      if (!notice.isChange) return true;
      const { connectionId } = watch;
      await tenants.transaction(context, async (db) => {
        if (!(await noteNotice(db, connectionId, context.clock.now()))) return;
        await queue.enqueue(db, context, 'booking.sync_calendar', { connectionId });
      });
      return true;
    },
    async isAwaited(context, watchId) {
      return (await findWatch(tenants.of(context), watchId))?.connection.kind === 'MICROSOFT';
    },
  };
}
