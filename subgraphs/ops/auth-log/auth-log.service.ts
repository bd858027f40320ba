import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { DetectionService } from '../detection/detection.service.js';
import { dbWithin, READ_INCIDENTS, requireReach } from '../reach.js';
import { metricsFromCounts } from '../spine/incidents/detection.js';
import type { MetricWindow } from '../spine/incidents/metric-name.js';
import { SIGNALS, type Signal, type SignalType } from './auth-log.js';
import { AUTH_LOG_SORT, countSignals, findSignalsPage, insertSignal, type AuthOpsLogRow } from './auth-log.store.js';

export interface AuthOpsMetrics {
  readonly window: MetricWindow;
  readonly at: Date;
  /** By the spine's names: `failed_logins_5m`. A signal that was not seen counts 0. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface AuthLogService {
  /** Logs a signal and has detection look at it, in the caller's transaction; once for each id. */
  log(context: RequestContext, db: TenantDb, id: string, signal: Signal): Promise<void>;
  /**
   * Counts of the window that ends now: the tenant's, and for platform staff of all tenants together.
   * @throws {ForbiddenError} without the permission to read incidents
   */
  metrics(context: RequestContext, window: MetricWindow): Promise<AuthOpsMetrics>;
  /** Newest first. @throws as `metrics` */
  list(
    context: RequestContext,
    args: PageArgs,
    types: readonly SignalType[] | null,
  ): Promise<Connection<AuthOpsLogRow>>;
}

export function createAuthLogService(
  database: Database,
  detection: Pick<DetectionService, 'request'>,
): AuthLogService {
  return {
    async log(context, db, id, signal) {
      await insertSignal(db, id, signal);
      await detection.request(context, db, signal.occurredAt);
    },
    async metrics(context, window) {
      const db = dbWithin(requireReach(context, READ_INCIDENTS), context, database);
      const at = context.clock.now();
      const counted = new Map((await countSignals(db, at)).map(({ type, counts }) => [type, counts[window]]));
      const types = Object.keys(SIGNALS) as SignalType[];
      const metrics = metricsFromCounts(
        types.map((type) => ({ signal: SIGNALS[type], window, count: counted.get(type) ?? 0 })),
      );
      return { window, at, metrics };
    },
    async list(context, args, types) {
      const db = dbWithin(requireReach(context, READ_INCIDENTS), context, database);
      const page = pageOf(args, AUTH_LOG_SORT);
      return connectionOf(page, await findSignalsPage(db, page, types), (row) => [row.occurredAt, row.id]);
    },
  };
}
