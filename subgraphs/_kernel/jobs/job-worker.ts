import type { EventSignal } from '../events/event-signal.js';
import type { Clock } from '../request/clock.js';
import { uuidv7 } from '../request/ids.js';
import type { Logger, RequestContext } from '../request/request-context.js';
import { systemContext } from '../request/system-context.js';
import type { Database, TenantDb } from '../tenancy/tenant-database.js';
import { inSpan } from '../wire/tracing.js';
import { afterFailure, type Job, type JobHandler, type JobOutcome } from './job.js';
import { claimDueJobs, extendLease, giveBack, markDone, markFailed, type ClaimedJob, type Lease } from './job.store.js';

const LOOK_EVERY_MS = 1_000;
const FAILURE_LENGTH = 500;
const LOST = 'The process was lost during every attempt';

export interface JobWorkerParts {
  /** Name of the subgraph. */
  readonly queue: string;
  readonly handlers: readonly JobHandler[];
  readonly database: Database;
  readonly signal: EventSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a process that was lost holds a job up, in milliseconds. */
  readonly leaseMs?: number;
  /** Jobs attempted at the same time. */
  readonly atOnce?: number;
}

export interface JobWorker {
  start(): void;
  /** Ends after the attempts under way; those that listen to their signal end at once. */
  stop(): Promise<void>;
}

interface Attempt {
  readonly tenantId: string;
  readonly ended: Promise<void>;
  readonly abort: AbortController;
}

class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** Runs `work` in turns while it is true that there may be more, and when a signal comes or some time has passed. */
function createTurns(signal: EventSignal, work: () => Promise<void>) {
  let stopping = false;
  let signalled = false;
  let wake: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let endSignal: (() => void) | undefined;
  const rouse = (): void => {
    signalled = true;
    wake?.();
  };
  const loop = async (): Promise<void> => {
    while (!stopping) {
      signalled = false;
      await work();
      if (stopping || signalled) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
    }
  };
  return {
    rouse,
    start() {
      endSignal = signal.onSignal('jobs', rouse);
      running = loop();
    },
    async stop() {
      stopping = true;
      endSignal?.();
      rouse();
      await running;
    },
  };
}

/**
 * Does the jobs of one queue. Any number of processes may work on it; each attempt belongs to one of them, as long
 * as that says every now and then that it is at it. Of a process that was killed another takes the jobs over. No
 * tenant has more than half of the attempts of a process at a time.
 */
export function createJobWorker(parts: JobWorkerParts): JobWorker {
  const { queue, database, signal, clock, logger, leaseMs = 30_000, atOnce = 20 } = parts;
  const { tenants, platform } = database;
  const handlers = new Map(parts.handlers.map((handler) => [handler.kind, handler]));
  const kinds = [...handlers.keys()];
  const attempts = new Map<string, Attempt>();
  const mostPerTenant = Math.max(1, Math.floor(atOnce / 2));
  let ending = false;
  const leaseEnd = (): Date => new Date(clock.now().getTime() + leaseMs);

  const settle = async (
    context: RequestContext,
    mark: (db: TenantDb) => Promise<boolean>,
    write: (db: TenantDb) => Promise<void>,
  ): Promise<void> => {
    await tenants.transaction(context, async (db) => {
      if (!(await mark(db))) throw new LeaseLostError();
      await write(db);
    });
  };

  const record = async (
    context: RequestContext,
    handler: JobHandler,
    job: ClaimedJob,
    lease: Lease,
    outcome: JobOutcome,
  ): Promise<void> => {
    const now = clock.now();
    if (outcome.is === 'DONE') {
      return settle(context, (db) => markDone(db, lease, now), async (db) => outcome.settle?.(db));
    }
    const next = afterFailure({ ...job, final: outcome.final }, handler.retry, now, Math.random());
    const failure = outcome.failure.slice(0, FAILURE_LENGTH);
    context.logger.warn({ job: job.id, kind: job.kind, attempts: job.attempts, failure, status: next.status }, 'job failed');
    await settle(context, (db) => markFailed(db, lease, failure, next, now), async (db) => outcome.settle?.(db, next));
  };

  const run = async (handler: JobHandler, job: ClaimedJob, context: RequestContext, abort: AbortSignal): Promise<JobOutcome> => {
    try {
      const of = { name: job.kind, kind: 'consumer', causedBy: job.headers.traceparent ?? '' } as const;
      return await inSpan(of, () => handler.run(context, job as Job, abort));
    } catch (error) {
      context.logger.error({ err: error, job: job.id, kind: job.kind }, 'job threw');
      return { is: 'FAILED', failure: String(error), final: false };
    }
  };

  const attempt = async (handler: JobHandler, job: ClaimedJob, lease: Lease, abort: AbortController): Promise<void> => {
    const { tenant, requestId } = job.headers;
    const context = systemContext({ name: job.kind, tenant, clock, logger, requestId });
    if (job.attempts > job.mostAttempts) {
      const write = async (db: TenantDb) => handler.abandoned?.(context, db, job);
      const mark = (db: TenantDb) => markFailed(db, lease, LOST, { status: 'DEAD' }, clock.now());
      return settle(context, mark, write);
    }
    const beat = setInterval(() => {
      void extendLease(tenants.of(context), lease, leaseEnd()).then(
        (held) => held || abort.abort(new LeaseLostError()),
        (error: unknown) => logger.warn({ err: error, job: job.id }, 'lease of a job not extended'),
      );
    }, leaseMs / 3);
    try {
      const outcome = await run(handler, job, context, abort.signal);
      // Cut short by the end of the process: another one makes this attempt.
      if (outcome.is === 'FAILED' && ending) return await giveBack(tenants.of(context), lease, clock.now());
      await record(context, handler, job, lease, outcome);
    } finally {
      clearInterval(beat);
    }
  };

  const begin = (job: ClaimedJob, leaseId: string): void => {
    const handler = handlers.get(job.kind);
    if (!handler) return;
    const abort = new AbortController();
    const ended = attempt(handler, job, { id: job.id, leaseId }, abort)
      .catch((error: unknown) => {
        if (error instanceof LeaseLostError) return;
        // It is due again at the end of its lease.
        logger.error({ err: error, job: job.id, kind: job.kind }, 'outcome of a job not recorded');
      })
      .finally(() => {
        attempts.delete(job.id);
        turns.rouse();
      });
    attempts.set(job.id, { tenantId: job.headers.tenant.id, ended, abort });
  };

  const busyTenants = (): string[] => {
    const counts = new Map<string, number>();
    for (const { tenantId } of attempts.values()) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= mostPerTenant).map(([tenantId]) => tenantId);
  };

  const turns = createTurns(signal, async () => {
    const most = Math.min(atOnce - attempts.size, mostPerTenant);
    if (most <= 0) return;
    const leaseId = uuidv7();
    try {
      const claimed = await claimDueJobs(platform, {
        queue,
        kinds,
        leaseId,
        now: clock.now(),
        leaseUntil: leaseEnd(),
        most,
        running: [...attempts.keys()],
        busyTenants: busyTenants(),
      });
      for (const job of claimed) begin(job, leaseId);
      // There may be more of other tenants.
      if (claimed.length === most) turns.rouse();
    } catch (error) {
      logger.warn({ err: error, queue }, 'jobs not claimed; will try again');
    }
  });

  return {
    start() {
      if (kinds.length > 0) turns.start();
    },
    async stop() {
      ending = true;
      await turns.stop();
      const left = [...attempts.values()];
      for (const { abort } of left) abort.abort();
      await Promise.all(left.map(({ ended }) => ended));
    },
  };
}
