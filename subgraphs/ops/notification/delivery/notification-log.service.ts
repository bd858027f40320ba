import { ConflictError } from '../../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import type { Database, PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { OpsJobs } from '../../jobs.js';
import { contextInsideOf, dbWithin, MANAGE_DELIVERIES, READ_AUDIT, requireReach, type FindTenant } from '../../reach.js';
import { beginLogAnew, findLog, findLogPage, LOG_SORT, markBounced, type LogFilter, type NotificationLogRow } from './notification-log.store.js';

/** What went out to people and teams, and what became of it. */
export interface NotificationLogService {
  /**
   * Newest first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError}
   */
  list(context: RequestContext, args: PageArgs, filter: LogFilter): Promise<Connection<NotificationLogRow>>;
  /**
   * Sends once more what was given up or came back.
   * @throws {ForbiddenError} @throws {NotFoundError}
   * @throws {ConflictError} for what is on its way or has arrived
   */
  resend(context: RequestContext, id: string): Promise<NotificationLogRow>;
  /** Notes that something came back after all. @returns whether we know of it */
  bounced(providerId: string, failure: string): Promise<boolean>;
}

export function createNotificationLogService(parts: {
  readonly database: Database;
  readonly queue: JobQueue<OpsJobs>;
  readonly findTenant: FindTenant;
}): NotificationLogService {
  const { database, queue, findTenant } = parts;
  return {
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      const page = pageOf(args, LOG_SORT);
      const rows = await findLogPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async resend(context, id) {
      const find = (db: TenantDb | PlatformDb) => findLog(db, id);
      const inside = { what: 'Delivery', find, database, findTenant };
      const { thing, within } = await contextInsideOf(context, MANAGE_DELIVERIES, inside);
      return database.tenants.transaction(within, async (db) => {
        const [begun] = await beginLogAnew(db, id, within.clock.now());
        if (!begun) throw new ConflictError('Only what was given up or came back is sent again');
        // There is one more attempt behind it each time it is asked for.
        const options = { key: `${id}:${thing.attempts}`, priority: 'HIGH' } as const;
        await queue.enqueue(db, within, 'ops.deliver_notification', { logId: id }, options);
        return begun;
      });
    },
    bounced: async (providerId, failure) => (await markBounced(database.platform.db, providerId, failure)) > 0,
  };
}
