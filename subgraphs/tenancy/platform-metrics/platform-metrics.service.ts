import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { platformMetricsOf, type PlatformMetrics } from './platform-metrics.js';
import { countByPlan, countUsers } from './platform-metrics.store.js';

/** Over which churn is counted. */
const PERIOD_MS = 30 * 86_400_000;

export interface PlatformMetricsService {
  /** How the business of the platform stands. @throws {ForbiddenError} without `platform:metrics:read` */
  now(context: RequestContext): Promise<PlatformMetrics>;
}

export function createPlatformMetricsService(platform: PlatformDatabase): PlatformMetricsService {
  return {
    async now(context) {
      requirePermission(context, 'platform:metrics:read');
      const at = context.clock.now();
      const [counts, users] = await Promise.all([
        countByPlan(platform.db, at, new Date(at.getTime() - PERIOD_MS)),
        countUsers(platform.db),
      ]);
      return platformMetricsOf(counts, users, at);
    },
  };
}
