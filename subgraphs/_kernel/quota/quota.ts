import { QuotaExceededError } from '../errors/domain-error.js';
import type { RequestContext } from '../request/request-context.js';
import type { PlatformDb, TenantDb } from '../tenancy/tenant-database.js';
import { limitOf, type LimitedResource } from '../wire/plan-limits.js';
import { periodOf } from './period.js';

type Db = TenantDb | PlatformDb;

export interface QuotaStanding {
  readonly resource: LimitedResource;
  /** Null without an end. */
  readonly limit: number | null;
  readonly used: number;
}

/** How much of what the tenant's plan limits is used, in the present period. */
export async function quotaOf(db: Db, context: RequestContext, resource: LimitedResource): Promise<QuotaStanding> {
  const { tenant, clock } = context;
  const period = periodOf(resource, clock.now(), tenant.timeZone);
  const counter = await db.usageCounter.findFirst({ where: { tenantId: tenant.id, resource, period } });
  return { resource, limit: limitOf(tenant.plan, resource), used: Number(counter?.used ?? 0) };
}

/** Whether so many more would be accepted at this moment. */
export const hasRoom = ({ limit, used }: QuotaStanding, amount = 1): boolean => limit === null || used + amount <= limit;

/**
 * Uses up some of what the tenant's plan limits, in the transaction of the write that it is used for: both happen or
 * neither. One statement compares and counts, under the lock of the counter's row, so that no two writes can both be
 * given the last one. To be called late in the transaction, since others wait for that lock.
 * @throws {QuotaExceededError} when there is not enough left; nothing was counted
 */
export async function useQuota(db: Db, context: RequestContext, resource: LimitedResource, amount = 1): Promise<void> {
  const { tenant, clock } = context;
  const period = periodOf(resource, clock.now(), tenant.timeZone);
  const limit = limitOf(tenant.plan, resource);
  const counted = await db.$queryRaw<readonly { used: bigint }[]>`
    INSERT INTO kernel.usage_counter AS counter (tenant_id, resource, period, used)
    SELECT ${tenant.id}::uuid, ${resource}, ${period}, ${amount}::bigint
    WHERE ${limit}::bigint IS NULL OR ${amount}::bigint <= ${limit}::bigint
    ON CONFLICT (tenant_id, resource, period) DO UPDATE SET used = counter.used + EXCLUDED.used
    WHERE ${limit}::bigint IS NULL OR counter.used + EXCLUDED.used <= ${limit}::bigint
    RETURNING used`;
  if (counted.length > 0 || limit === null) return;
  const { used } = await quotaOf(db, context, resource);
  throw new QuotaExceededError(resource, limit, used);
}

/** Gives back what is used no longer. */
export async function releaseQuota(db: Db, context: RequestContext, resource: LimitedResource, amount = 1): Promise<void> {
  const { tenant, clock } = context;
  const period = periodOf(resource, clock.now(), tenant.timeZone);
  await db.$executeRaw`
    UPDATE kernel.usage_counter SET used = greatest(used - ${amount}::bigint, 0)
    WHERE tenant_id = ${tenant.id}::uuid AND resource = ${resource} AND period = ${period}`;
}
