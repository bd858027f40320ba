import type { Prisma } from '../../../prisma/generated/client.js';
import { z } from 'zod';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { dayOf, monthOf, STANDING } from '../../_kernel/quota/period.js';
import { quotaOf, type QuotaStanding } from '../../_kernel/quota/quota.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { limitOf, LIMITED_RESOURCES, type LimitedResource } from '../../_kernel/wire/plan-limits.js';
import { identityOf } from '../tenant/tenant.js';
import { findTenantsByIds } from '../tenant/tenant.store.js';
import { bucketRangeSchema, monthSchema, usageRecordSchema, USAGE_METRICS, type UsageMetric } from './usage.js';
import {
  addToBucket,
  countActiveUsers,
  findBuckets,
  findCounters,
  sumBuckets,
  type UsageBucketRow,
} from './usage.store.js';

/** How much of one thing a company used in a month. */
export interface MonthlyUsage {
  readonly metric: UsageMetric;
  readonly used: number;
  /** What its plan allows; null without an end, and for what is not limited. */
  readonly limit: number | null;
}

export interface UsageRecord {
  readonly tenantId: string;
  readonly metric: string;
  readonly amount: number;
  readonly details?: unknown;
}

export interface UsageService {
  /**
   * Everything that is measured, of a month in the company's zone; of an earlier month without what is only known as it
   * stands now.
   * @param month `YYYY-MM`; the present one when left out
   * @throws {ForbiddenError} without `settings:read` @throws {ValidationError}
   */
  usage(context: RequestContext, month: string | null): Promise<readonly MonthlyUsage[]>;
  /** What the plan has left of something at this moment. @throws {ForbiddenError} without `settings:read` */
  quota(context: RequestContext, resource: LimitedResource): Promise<QuotaStanding>;
  /** By day, oldest first, both ends included. @throws {ForbiddenError} @throws {ValidationError} */
  buckets(
    context: RequestContext,
    range: { readonly metric: string; readonly from: string; readonly to: string },
  ): Promise<readonly UsageBucketRow[]>;
  /**
   * Adds to what was measured of a company today.
   * @throws {ForbiddenError} without `platform:tenants:manage` @throws {ValidationError} @throws {NotFoundError}
   */
  record(context: RequestContext, input: UsageRecord): Promise<UsageBucketRow>;
}

const monthArgumentSchema = z.object({ period: monthSchema });
const isLimited = (metric: UsageMetric): metric is LimitedResource =>
  LIMITED_RESOURCES.some((resource) => resource === metric);

export function createUsageService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
}): UsageService {
  const { tenants, platform } = parts;
  return {
    async usage(context, asked) {
      requirePermission(context, 'settings:read');
      const present = monthOf(context.clock.now(), context.tenant.timeZone);
      const { period: month } = validate(monthArgumentSchema, { period: asked ?? present });
      const db = tenants.of(context);
      const [counters, sums, activeUsers] = await Promise.all([
        findCounters(db, month === present ? [month, STANDING] : [month]),
        sumBuckets(db, month),
        countActiveUsers(db, month),
      ]);
      const counted = new Map<string, number>([...counters, ...sums, ['ACTIVE_USERS', activeUsers]]);
      const known = USAGE_METRICS.filter(
        (metric) => month === present || (metric !== 'USERS' && metric !== 'PATIENTS'),
      );
      return known.map((metric) => ({
        metric,
        used: counted.get(metric) ?? 0,
        limit: isLimited(metric) ? limitOf(context.tenant.plan, metric) : null,
      }));
    },

    async quota(context, resource) {
      requirePermission(context, 'settings:read');
      return quotaOf(tenants.of(context), context, resource);
    },

    async buckets(context, range) {
      requirePermission(context, 'settings:read');
      const { metric, from, to } = validate(bucketRangeSchema, range);
      return findBuckets(tenants.of(context), metric, from, to);
    },

    async record(context, { tenantId, ...given }) {
      requirePermission(context, 'platform:tenants:manage');
      const { metric, amount, details } = validate(usageRecordSchema, given);
      const [row] = await findTenantsByIds(platform.db, [tenantId]);
      if (!row) throw new NotFoundError('Tenant');
      const tenant = identityOf(row);
      const day = dayOf(context.clock.now(), tenant.timeZone);
      const told = (details ?? null) as Prisma.InputJsonObject | null;
      return tenants.transaction({ tenant }, (db) => addToBucket(db, metric, day, amount, told));
    },
  };
}
