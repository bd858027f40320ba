import type { Job } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

export type JobRow = Omit<Job, 'payload' | 'headers' | 'leaseId' | 'key'>;

/** What a job was told, and by whom, is nobody's to read. */
const SHOWN = { payload: true, headers: true, leaseId: true, key: true } as const;

/** Those that died last first. */
export const DEAD_SORT: readonly SortKey[] = [
  { field: 'finishedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export function findDeadPage(db: PlatformDb, page: Page, kind: string | undefined): Promise<JobRow[]> {
  const { where, ...rest } = keysetQuery(page, DEAD_SORT);
  const wanted = { status: 'DEAD' as const, ...(kind === undefined ? {} : { kind }) };
  return db.job.findMany({ where: { AND: [wanted, where] }, ...rest, omit: SHOWN });
}

export const findJob = (db: PlatformDb, id: string): Promise<JobRow | null> =>
  db.job.findFirst({ where: { id }, omit: SHOWN });

/** @returns false when it is not dead */
export async function reviveJob(db: PlatformDb, id: string, dueAt: Date): Promise<boolean> {
  const { count } = await db.job.updateMany({
    where: { id, status: 'DEAD' },
    data: { status: 'PENDING', attempts: 0, dueAt, finishedAt: null },
  });
  return count > 0;
}

/** @returns false when it is not dead */
export async function deleteDeadJob(db: PlatformDb, id: string): Promise<boolean> {
  const { count } = await db.job.deleteMany({ where: { id, status: 'DEAD' } });
  return count > 0;
}

export interface QueueFigures {
  readonly queue: string;
  readonly kind: string;
  readonly pending: number;
  readonly due: number;
  readonly running: number;
  readonly dead: number;
  /** Seconds since the one that is due longest was; null when none is. */
  readonly oldestDueSeconds: number | null;
}

export const countJobs = (db: PlatformDb, now: Date): Promise<QueueFigures[]> =>
  db.$queryRaw<QueueFigures[]>`
    SELECT queue, kind,
      count(*) FILTER (WHERE status = 'PENDING')::int AS pending,
      count(*) FILTER (WHERE due_at <= ${now})::int AS due,
      count(*) FILTER (WHERE lease_id IS NOT NULL AND due_at > ${now})::int AS running,
      count(*) FILTER (WHERE status = 'DEAD')::int AS dead,
      extract(epoch FROM ${now} - min(due_at) FILTER (WHERE due_at <= ${now}))::float8 AS "oldestDueSeconds"
    FROM kernel.job WHERE status <> 'DONE' GROUP BY queue, kind ORDER BY queue, kind`;
