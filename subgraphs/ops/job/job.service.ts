import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { EventSignal } from '../../_kernel/events/event-signal.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import {
  countJobs,
  DEAD_SORT,
  deleteDeadJob,
  findDeadPage,
  findJob,
  reviveJob,
  type JobRow,
  type QueueFigures,
} from './job.store.js';

/** The work of all companies, for platform staff. */
export interface JobService {
  /** Jobs given up, those that died last first. @throws {ForbiddenError} */
  listDead(context: RequestContext, args: PageArgs, kind: string | undefined): Promise<Connection<JobRow>>;
  /** By queue and kind. @throws {ForbiddenError} */
  queues(context: RequestContext): Promise<readonly QueueFigures[]>;
  /**
   * Has a job that was given up attempted anew, with all its attempts.
   * @throws {ForbiddenError} @throws {NotFoundError} for one that is not dead
   */
  requeue(context: RequestContext, id: string): Promise<JobRow>;
  /**
   * Forgets a job that was given up.
   * @throws {ForbiddenError} @throws {NotFoundError} for one that is not dead
   */
  dismiss(context: RequestContext, id: string): Promise<JobRow>;
}

export function createJobService(platform: PlatformDatabase, signal: EventSignal): JobService {
  const found = async (id: string): Promise<JobRow> => {
    const row = await findJob(platform.db, id);
    if (!row) throw new NotFoundError('Job');
    return row;
  };
  return {
    async listDead(context, args, kind) {
      requirePermission(context, 'platform:incidents:read');
      const page = pageOf(args, DEAD_SORT);
      const rows = await findDeadPage(platform.db, page, kind);
      return connectionOf(page, rows, (row) => [row.finishedAt ?? row.createdAt, row.id]);
    },
    async queues(context) {
      requirePermission(context, 'platform:metrics:read', 'platform:incidents:read');
      return countJobs(platform.db, context.clock.now());
    },
    async requeue(context, id) {
      requirePermission(context, 'platform:incidents:manage');
      if (!(await reviveJob(platform.db, id, context.clock.now()))) throw new NotFoundError('Job');
      signal.notify('jobs');
      return found(id);
    },
    async dismiss(context, id) {
      requirePermission(context, 'platform:incidents:manage');
      const row = await found(id);
      if (!(await deleteDeadJob(platform.db, id))) throw new NotFoundError('Job');
      return row;
    },
  };
}
