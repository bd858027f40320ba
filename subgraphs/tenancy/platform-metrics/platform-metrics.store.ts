import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { PlanCounts } from './platform-metrics.js';

/** By plan, for the plans that somebody has. @param since who left at this time or later is counted */
export const countByPlan = (db: PlatformDb, now: Date, since: Date): Promise<PlanCounts[]> =>
  db.$queryRaw<PlanCounts[]>`
    SELECT plan::text AS plan,
      count(*) FILTER (WHERE status <> 'CANCELLED')::int AS companies,
      count(*) FILTER (WHERE status = 'ACTIVE' AND trial_ends_at IS NULL)::int AS settled,
      count(*) FILTER (WHERE status = 'ACTIVE' AND trial_ends_at > ${now})::int AS "onTrial",
      count(*) FILTER (WHERE status = 'CANCELLED' AND trial_ends_at IS NULL AND deleted_at >= ${since})::int AS "left"
    FROM tenancy.tenant GROUP BY plan`;

/** People, each once in however many companies she works. */
export async function countUsers(db: PlatformDb): Promise<number> {
  const [row] = await db.$queryRaw<{ readonly users: number }[]>`
    SELECT count(DISTINCT m.user_id)::int AS users
    FROM tenancy.tenant_member m JOIN tenancy.tenant t ON t.id = m.tenant_id WHERE t.status <> 'CANCELLED'`;
  return row?.users ?? 0;
}
