import type { NotificationLog } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type NotificationLogRow = NotificationLog;
export type NotificationChannel = NotificationLogRow['channel'];

export const NOTIFICATION_STATUSES = ['PENDING', 'SENT', 'FAILED', 'BOUNCED'] as const;
export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number];

/** Newest first. */
export const LOG_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface LogFilter {
  readonly status?: NotificationStatus | undefined;
  readonly channel?: NotificationChannel | undefined;
}

export function findLogPage(db: TenantDb | PlatformDb, page: Page, filter: LogFilter): Promise<NotificationLogRow[]> {
  const { where, ...rest } = keysetQuery(page, LOG_SORT);
  const wanted = {
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.channel === undefined ? {} : { channel: filter.channel }),
  };
  return db.notificationLog.findMany({ where: { AND: [wanted, where] }, ...rest });
}

export type NewLogRow = Pick<
  NotificationLogRow,
  'id' | 'userId' | 'channel' | 'targetId' | 'kind' | 'title' | 'body' | 'subjectId' | 'inDigest' | 'createdAt'
> & { readonly nextAttemptAt: Date };

export async function insertLog(db: TenantDb, rows: readonly NewLogRow[]): Promise<void> {
  await db.notificationLog.createMany({ data: [...rows] });
}

export const findLog = (db: TenantDb | PlatformDb, id: string): Promise<NotificationLogRow | null> => db.notificationLog.findFirst({ where: { id } });

/** Begins anew what did not arrive, by itself also where it was one of many. */
export const beginLogAnew = (db: TenantDb, id: string, at: Date): Promise<NotificationLogRow[]> =>
  db.notificationLog.updateManyAndReturn({
    where: { id, status: { in: ['FAILED', 'BOUNCED'] } },
    data: { status: 'PENDING', inDigest: false, nextAttemptAt: at, sentAt: null },
  });

/** What waits for the next digest of somebody, oldest first. */
export const findDigest = (db: TenantDb, userId: string, most: number): Promise<NotificationLogRow[]> =>
  db.notificationLog.findMany({
    where: { userId, status: 'PENDING', inDigest: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: most,
  });

export async function markSent(db: TenantDb, ids: readonly string[], at: Date, providerId: string | null): Promise<void> {
  await db.notificationLog.updateMany({
    where: { id: { in: [...ids] }, status: 'PENDING' },
    data: { status: 'SENT', sentAt: at, nextAttemptAt: null, failure: null, providerId, attempts: { increment: 1 } },
  });
}

/** @param nextAttemptAt null when it is given up */
export async function markNotSent(db: TenantDb, ids: readonly string[], failure: string, nextAttemptAt: Date | null): Promise<void> {
  await db.notificationLog.updateMany({
    where: { id: { in: [...ids] }, status: 'PENDING' },
    data: { failure, nextAttemptAt, attempts: { increment: 1 }, ...(nextAttemptAt === null ? { status: 'FAILED' as const } : {}) },
  });
}

/** Something that was taken came back after all. @returns how many there are of it */
export async function markBounced(db: PlatformDb, providerId: string, failure: string): Promise<number> {
  const { count } = await db.notificationLog.updateMany({ where: { providerId, status: 'SENT' }, data: { status: 'BOUNCED', failure } });
  return count;
}

/** Forgets what was told before. @returns how many */
export const deleteLogBefore = (db: PlatformDb, before: Date, most: number): Promise<number> =>
  db.$executeRaw`
    DELETE FROM ops.notification_log WHERE (tenant_id, id) IN (
      SELECT tenant_id, id FROM ops.notification_log WHERE created_at < ${before} AND status <> 'PENDING' LIMIT ${most})`;
