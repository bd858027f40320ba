import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { RequestCount, RequestOutcome } from '../../_kernel/wire/request-counts.js';

/** Adds to what was counted of those hours before. In the order of the key, so that two gateways never wait for each other. */
export async function addRequestCounts(db: PlatformDb, counts: readonly RequestCount[]): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.request_count AS known (tenant_id, hour, answered, refused, failed)
    SELECT told."tenantId", told.hour,
           coalesce(sum(told.count) FILTER (WHERE told.outcome = 'answered'), 0),
           coalesce(sum(told.count) FILTER (WHERE told.outcome = 'refused'), 0),
           coalesce(sum(told.count) FILTER (WHERE told.outcome = 'failed'), 0)
    FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) AS told("tenantId" uuid, hour timestamptz, outcome text, count integer)
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (tenant_id, hour) DO UPDATE
    SET answered = known.answered + excluded.answered, refused = known.refused + excluded.refused, failed = known.failed + excluded.failed`;
}

/** Of the hours that begin from `since` on and before `until`. */
export async function sumRequestCounts(
  db: TenantDb | PlatformDb,
  since: Date,
  until: Date,
): Promise<Readonly<Record<RequestOutcome, number>>> {
  const { _sum } = await db.requestCount.aggregate({
    where: { hour: { gte: since, lt: until } },
    _sum: { answered: true, refused: true, failed: true },
  });
  return { answered: _sum.answered ?? 0, refused: _sum.refused ?? 0, failed: _sum.failed ?? 0 };
}

/** Errors that differ, of those that are kept, met with in that while. */
export const countErrorGroups = (db: PlatformDb, since: Date, until: Date): Promise<number> =>
  db.errorGroup.count({ where: { lastSeenAt: { gte: since }, firstSeenAt: { lt: until } } });

export async function deleteRequestCountsBefore(db: PlatformDb, before: Date): Promise<void> {
  await db.requestCount.deleteMany({ where: { hour: { lt: before } } });
}
