import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { Thresholds } from './threshold.js';

/** What the company, or the platform, has set of its own. */
export async function findThresholds(db: TenantDb): Promise<Thresholds> {
  const rows = await db.alertThreshold.findMany({ select: { metric: true, value: true } });
  return Object.fromEntries(rows.map(({ metric, value }) => [metric, value]));
}

export async function keepThreshold(db: TenantDb, metric: string, value: number, changedAt: Date): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.alert_threshold (metric, value, changed_at) VALUES (${metric}, ${value}::float8, ${changedAt.toISOString()}::timestamptz)
    ON CONFLICT (tenant_id, metric) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`;
}

export async function forgetThreshold(db: TenantDb, metric: string): Promise<void> {
  await db.alertThreshold.deleteMany({ where: { metric } });
}
