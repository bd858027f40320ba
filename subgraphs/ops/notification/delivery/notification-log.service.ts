import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import { dbWithin, READ_AUDIT, requireReach } from '../../reach.js';
import { findLogPage, LOG_SORT, markBounced, type LogFilter, type NotificationLogRow } from './notification-log.store.js';

/** What went out to people and teams, and what became of it. */
export interface NotificationLogService {
  /**
   * Newest first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError}
   */
  list(context: RequestContext, args: PageArgs, filter: LogFilter): Promise<Connection<NotificationLogRow>>;
  /** Notes that something came back after all. @returns whether we know of it */
  bounced(providerId: string, failure: string): Promise<boolean>;
}

export function createNotificationLogService(database: Database): NotificationLogService {
  return {
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      const page = pageOf(args, LOG_SORT);
      const rows = await findLogPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    bounced: async (providerId, failure) => (await markBounced(database.platform.db, providerId, failure)) > 0,
  };
}
