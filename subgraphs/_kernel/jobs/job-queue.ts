import type { EventSignal } from '../events/event-signal.js';
import { headersOf } from '../events/outbox.js';
import { uuidv7 } from '../request/ids.js';
import type { RequestContext } from '../request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../tenancy/tenant-database.js';
import { JOB_PRIORITIES, MOST_ATTEMPTS, type JobPriority } from './job.js';

export interface JobOptions {
  /** A second job of the kind under the same key is not made, for a week after the first is done. */
  readonly key?: string | undefined;
  /** NORMAL unless said. */
  readonly priority?: JobPriority | undefined;
  /** Not before; at once unless said. */
  readonly runAt?: Date | undefined;
  /** Twelve unless said. */
  readonly mostAttempts?: number | undefined;
}

/** The jobs a subgraph may ask for: kind to payload. Payloads are plain JSON. */
export interface JobQueue<Jobs> {
  /**
   * Asks for work in the caller's transaction: it is done if and only if that commits.
   * @returns id of the job; null when there is one under the same key already
   */
  enqueue<Kind extends keyof Jobs & string>(
    db: TenantDb | PlatformDb,
    context: RequestContext,
    kind: Kind,
    payload: Jobs[Kind],
    options?: JobOptions,
  ): Promise<string | null>;
}

/** @param queue name of the subgraph whose worker does the jobs */
export function createJobQueue<Jobs>(
  queue: string,
  { database, signal }: { readonly database: Database; readonly signal: EventSignal },
): JobQueue<Jobs> {
  const asked = new WeakSet<object>();
  database.onCommit((db) => {
    if (asked.has(db)) signal.notify('jobs');
  });
  return {
    async enqueue(db, context, kind, payload, { key, priority = 'NORMAL', runAt, mostAttempts = MOST_ATTEMPTS } = {}) {
      const id = uuidv7();
      const now = context.clock.now();
      const inserted = await db.$executeRaw`
        INSERT INTO kernel.job
          (tenant_id, id, queue, kind, key, payload, headers, priority, most_attempts, due_at, created_at)
        VALUES
          (${context.tenant.id}::uuid, ${id}::uuid, ${queue}, ${kind}, ${key ?? null}, ${JSON.stringify(payload)}::jsonb,
           ${JSON.stringify(headersOf(context))}::jsonb, ${JOB_PRIORITIES[priority]}::smallint,
           ${mostAttempts}::int, ${runAt ?? now}, ${now})
        ON CONFLICT (tenant_id, kind, key) DO NOTHING`;
      if (inserted === 0) return null;
      asked.add(db);
      return id;
    },
  };
}
