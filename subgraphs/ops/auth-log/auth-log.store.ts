import type { AuthOpsLog } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isSignalType, windowStarts, type Signal, type WindowCounts } from './auth-log.js';

export type AuthOpsLogRow = AuthOpsLog;

export const AUTH_LOG_SORT: readonly SortKey[] = [
  { field: 'occurredAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

/** Logs a signal; one that is logged under this id already stays as it is. */
export async function insertSignal(db: TenantDb, id: string, signal: Signal): Promise<void> {
  const { type, occurredAt, userId = null, provider = null } = signal;
  await db.authOpsLog.createMany({ data: [{ id, type, occurredAt, userId, provider }], skipDuplicates: true });
}

/** Counts what was logged in the windows that end at `at`, in one pass over the longest of them. */
export async function countSignals(db: TenantDb | PlatformDb, at: Date): Promise<readonly WindowCounts[]> {
  const starts = windowStarts(at);
  const rows = await db.$queryRaw<{ type: string; in_5m: number; in_15m: number; in_1h: number }[]>`
    SELECT type, count(*) FILTER (WHERE occurred_at > ${starts['5m'].toISOString()}::timestamptz)::int AS in_5m,
           count(*) FILTER (WHERE occurred_at > ${starts['15m'].toISOString()}::timestamptz)::int AS in_15m,
           count(*)::int AS in_1h
    FROM ops.auth_ops_logs
    WHERE occurred_at > ${starts['1h'].toISOString()}::timestamptz AND occurred_at <= ${at.toISOString()}::timestamptz
    GROUP BY type`;
  return rows.flatMap(({ type, in_5m, in_15m, in_1h }) =>
    isSignalType(type) ? [{ type, counts: { '5m': in_5m, '15m': in_15m, '1h': in_1h } }] : [],
  );
}

/** The identity provider that more than half of the returns have failed from in the longest window that ends at `at`. */
export async function findTroubledProvider(db: TenantDb, at: Date): Promise<string | null> {
  const rows = await db.$queryRaw<{ provider: string | null }[]>`
    SELECT provider FROM (
      SELECT provider, count(*) AS failed, sum(count(*)) OVER () AS failed_in_all
      FROM ops.auth_ops_logs
      WHERE type = 'oauth_callback_error'
        AND occurred_at > ${windowStarts(at)['1h'].toISOString()}::timestamptz AND occurred_at <= ${at.toISOString()}::timestamptz
      GROUP BY provider) AS named
    WHERE failed * 2 > failed_in_all`;
  return rows[0]?.provider ?? null;
}

export function findSignalsPage(
  db: TenantDb | PlatformDb,
  page: Page,
  types: readonly string[] | null,
): Promise<AuthOpsLogRow[]> {
  const { where, ...rest } = keysetQuery(page, AUTH_LOG_SORT);
  return db.authOpsLog.findMany({ where: { AND: [types ? { type: { in: [...types] } } : {}, where] }, ...rest });
}
