import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** How incidents of a while were dealt with; times in seconds, null without any. */
export interface IncidentFigures {
  readonly raised: number;
  readonly open: number;
  readonly acknowledged: number;
  readonly resolved: number;
  readonly meanSecondsToAcknowledge: number | null;
  readonly meanSecondsToResolve: number | null;
}

/** Of the incidents detected from `since` on and before `until`. */
export async function countIncidents(db: TenantDb | PlatformDb, since: Date, until: Date): Promise<IncidentFigures> {
  const [figures] = await db.$queryRaw<IncidentFigures[]>`
    SELECT count(*)::int AS raised,
           count(*) FILTER (WHERE resolved_at IS NULL)::int AS open,
           count(acknowledged_at)::int AS acknowledged,
           count(resolved_at)::int AS resolved,
           avg(extract(epoch FROM acknowledged_at - occurred_at))::float8 AS "meanSecondsToAcknowledge",
           avg(extract(epoch FROM resolved_at - occurred_at))::float8 AS "meanSecondsToResolve"
    FROM ops.incident
    WHERE occurred_at >= ${since.toISOString()}::timestamptz AND occurred_at < ${until.toISOString()}::timestamptz`;
  if (!figures) throw new Error('Counting answered nothing');
  return figures;
}
