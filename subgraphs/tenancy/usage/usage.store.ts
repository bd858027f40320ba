import type { Prisma, UsageBucket } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { DailyMetric } from './usage.js';

export type UsageBucketRow = UsageBucket;

/** One statement, so that what is recorded at the same time adds up. @param day `YYYY-MM-DD` */
export async function addToBucket(
  db: TenantDb,
  metric: DailyMetric,
  day: string,
  amount: number,
  details: Prisma.InputJsonObject | null,
): Promise<UsageBucketRow> {
  const told = details === null ? null : JSON.stringify(details);
  await db.$executeRaw`
    INSERT INTO tenancy.usage_bucket AS bucket (metric, day, amount, details)
    VALUES (${metric}, ${day}::date, ${amount}::bigint, ${told}::jsonb)
    ON CONFLICT (tenant_id, metric, day) DO UPDATE
    SET amount = bucket.amount + EXCLUDED.amount, details = coalesce(EXCLUDED.details, bucket.details)`;
  return db.usageBucket.findFirstOrThrow({ where: { metric, day: new Date(day) } });
}

/** Oldest first, both ends included; days without a record are left out. */
export const findBuckets = (db: TenantDb, metric: DailyMetric, from: string, to: string): Promise<UsageBucketRow[]> =>
  db.usageBucket.findMany({
    where: { metric, day: { gte: new Date(from), lte: new Date(to) } },
    orderBy: { day: 'asc' },
  });

/** What a month's days come to, by metric. @param month `YYYY-MM` */
export async function sumBuckets(db: TenantDb, month: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db.$queryRaw<readonly { metric: string; amount: bigint }[]>`
    SELECT metric, sum(amount)::bigint AS amount FROM tenancy.usage_bucket
    WHERE day >= (${month} || '-01')::date AND day < (${month} || '-01')::date + interval '1 month'
    GROUP BY metric`;
  return new Map(rows.map(({ metric, amount }) => [metric, Number(amount)]));
}

/** Counters of what stands and of one month, by resource. */
export async function findCounters(db: TenantDb, periods: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.usageCounter.findMany({ where: { period: { in: [...periods] } } });
  return new Map(rows.map(({ resource, used }) => [resource, Number(used)]));
}

export const countActiveUsers = (db: TenantDb, month: string): Promise<number> => db.activeUser.count({ where: { month } });

export async function markActive(db: TenantDb, month: string, userId: string): Promise<void> {
  await db.activeUser.createMany({ data: [{ month, userId }], skipDuplicates: true });
}
