import type { EventHeaders } from '../events/event.js';
import type { PlatformDatabase, TenantDb } from '../tenancy/tenant-database.js';
import type { NextStep } from './job.js';

export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly headers: EventHeaders;
  /** The one that begins now included. */
  readonly attempts: number;
  readonly mostAttempts: number;
}

/**
 * Takes due jobs for an attempt, those of high priority first, each for one worker; they are due again when no
 * more is heard of the attempt by `leaseUntil`.
 * @param of `running` and `busyTenants` are left alone
 */
export const claimDueJobs = (
  platform: PlatformDatabase,
  of: {
    readonly queue: string;
    readonly kinds: readonly string[];
    readonly leaseId: string;
    readonly now: Date;
    readonly leaseUntil: Date;
    readonly most: number;
    readonly running: readonly string[];
    readonly busyTenants: readonly string[];
  },
): Promise<ClaimedJob[]> =>
  platform.transaction(
    (db) => db.$queryRaw<ClaimedJob[]>`
      UPDATE kernel.job SET attempts = attempts + 1, due_at = ${of.leaseUntil}, lease_id = ${of.leaseId}::uuid
      WHERE (tenant_id, id) IN (
        SELECT due.tenant_id, due.id FROM unnest(ARRAY[2, 1, 0]::smallint[]) WITH ORDINALITY AS level(priority, place)
        CROSS JOIN LATERAL (
          SELECT job.tenant_id, job.id FROM kernel.job
          WHERE job.queue = ${of.queue} AND job.priority = level.priority AND job.due_at <= ${of.now}
            AND job.kind = ANY(${of.kinds}::text[]) AND job.id <> ALL(${of.running}::uuid[])
            AND job.tenant_id <> ALL(${of.busyTenants}::uuid[])
          ORDER BY job.due_at LIMIT ${of.most} FOR UPDATE SKIP LOCKED) AS due
        ORDER BY level.place LIMIT ${of.most})
      RETURNING id, kind, payload, headers, attempts, most_attempts AS "mostAttempts"`,
  );

/** An attempt under way, as it is known to the database. */
export interface Lease {
  readonly id: string;
  readonly leaseId: string;
}

/** @returns false when another attempt has begun */
export async function extendLease(db: TenantDb, { id, leaseId }: Lease, until: Date): Promise<boolean> {
  const { count } = await db.job.updateMany({ where: { id, leaseId }, data: { dueAt: until } });
  return count > 0;
}

/** @returns false when another attempt has begun */
export async function markDone(db: TenantDb, { id, leaseId }: Lease, at: Date): Promise<boolean> {
  const { count } = await db.job.updateMany({
    where: { id, leaseId },
    data: { status: 'DONE', dueAt: null, leaseId: null, failure: null, finishedAt: at },
  });
  return count > 0;
}

/** @returns false when another attempt has begun */
export async function markFailed(
  db: TenantDb,
  { id, leaseId }: Lease,
  failure: string,
  next: NextStep,
  at: Date,
): Promise<boolean> {
  const { count } = await db.job.updateMany({
    where: { id, leaseId },
    data:
      next.status === 'DEAD'
        ? { status: 'DEAD', failure, dueAt: null, leaseId: null, finishedAt: at }
        : { failure, dueAt: next.dueAt, leaseId: null },
  });
  return count > 0;
}

/** Gives an attempt back that has not begun: it does not count. */
export async function giveBack(db: TenantDb, { id, leaseId }: Lease, dueAt: Date): Promise<void> {
  await db.job.updateMany({ where: { id, leaseId }, data: { leaseId: null, dueAt, attempts: { decrement: 1 } } });
}
