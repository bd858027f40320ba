import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { ERROR_SORT, findErrorPage, findSlowest, type ErrorGroupRow, type SlowOperationRow } from './error-report.store.js';

const MOST_SLOW = 100;

/** What breaks and what is slow, for whoever runs the platform. */
export interface ErrorReportService {
  /** Those seen last first. @throws {ForbiddenError} */
  groups(context: RequestContext, args: PageArgs, source: string | undefined): Promise<Connection<ErrorGroupRow>>;
  /** The hundred that took longest. @throws {ForbiddenError} */
  slowest(context: RequestContext): Promise<readonly SlowOperationRow[]>;
}

export function createErrorReportService(platform: PlatformDatabase): ErrorReportService {
  return {
    async groups(context, args, source) {
      requirePermission(context, 'platform:metrics:read');
      const page = pageOf(args, ERROR_SORT);
      const rows = await findErrorPage(platform.db, page, source);
      return connectionOf(page, rows, (row) => [row.lastSeenAt, row.fingerprint]);
    },
    async slowest(context) {
      requirePermission(context, 'platform:metrics:read');
      return findSlowest(platform.db, MOST_SLOW);
    },
  };
}
