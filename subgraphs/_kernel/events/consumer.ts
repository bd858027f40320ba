import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { runAlone } from '../jobs/alone.js';
import type { Clock } from '../request/clock.js';
import type { Logger } from '../request/request-context.js';
import { systemContext } from '../request/system-context.js';
import { inSpan } from '../wire/tracing.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import { readOffset } from './consumer-offset.js';
import { comparePositions, type StoredEvent } from './event.js';
import type { EventLog } from './event-log.js';
import type { LogWatch } from './log-watch.js';
import type { Reaction } from './reaction.js';

const BATCH_SIZE = 200;
/** Events of one tenant that share a transaction while nothing fails. */
const CHUNK_SIZE = 25;
const TENANTS_AT_ONCE = 4;
const RETRY_DELAYS_MS = [50, 250, 1_000, 4_000] as const;
/** After a turn that failed, or in which another process was at work. */
const TRY_AGAIN_MS = 1_000;
/** After one that left nothing to do, should nothing new be told. */
const LOOK_EVERY_MS = 5_000;

export interface EventConsumer {
  start(): void;
  stop(): Promise<void>;
}

export interface ConsumerParts {
  /** Name of the consumer, one per subgraph; its position in the log is kept under it. */
  readonly name: string;
  readonly reactions: readonly Reaction[];
  readonly log: EventLog;
  readonly watch: LogWatch;
  readonly tenants: TenantDatabase;
  /** Bound to the platform's role. */
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Feeds one subgraph's reactions from the log, in order per tenant, tenants side by side.
 *
 * Any number of processes may run the same consumer: one of them works at a time, and another when that one
 * dies. A batch that was interrupted is read again; the inbox makes the
 * repetition harmless. An event that keeps failing is set aside as a dead letter, so that it holds up
 * nobody else.
 */
export function createConsumer(parts: ConsumerParts): EventConsumer {
  const { name, log, watch, tenants, pool, clock, logger } = parts;
  const byType = new Map<string, Reaction[]>();
  for (const reaction of parts.reactions) {
    byType.set(reaction.on, [...(byType.get(reaction.on) ?? []), reaction]);
  }
  const types = [...byType.keys()];

  let stopping = false;
  let running: Promise<void> = Promise.resolve();
  let wake: (() => void) | undefined;
  let isNew = false;

  const contextOf = (event: StoredEvent) =>
    systemContext({
      name,
      tenant: event.headers.tenant,
      clock,
      logger,
      requestId: event.headers.requestId,
    });

  /** Runs the reactions of events of one tenant in one transaction, leaving out those dealt with before. */
  const handle = async (events: readonly StoredEvent[]): Promise<void> => {
    const first = events[0];
    if (!first) return;
    await tenants.transaction({ tenant: first.headers.tenant }, async (db) => {
      const fresh = await db.$queryRaw<{ event_id: string }[]>`
        INSERT INTO kernel.inbox_entry (consumer, event_id)
        SELECT ${name}, unnest(${events.map((event) => event.id)}::uuid[])
        ON CONFLICT DO NOTHING RETURNING event_id::text`;
      const wanted = new Set(fresh.map((row) => row.event_id));
      for (const event of events) {
        if (!wanted.has(event.id)) continue;
        const context = contextOf(event);
        for (const reaction of byType.get(event.type) ?? []) {
          await inSpan(
            { name: reaction.name, kind: 'consumer', causedBy: event.headers.traceparent ?? '' },
            () => reaction.handle(context, db, event),
          );
        }
      }
    });
  };

  const setAside = async (event: StoredEvent, error: unknown): Promise<void> => {
    logger.error({ err: error, eventId: event.id, type: event.type, consumer: name }, 'event set aside');
    const message = String(error).slice(0, 2_000);
    const attempts = RETRY_DELAYS_MS.length + 1;
    await tenants.of({ tenant: event.headers.tenant }).$executeRaw`
      INSERT INTO kernel.dead_letter (consumer, event_id, type, error, attempts)
      VALUES (${name}, ${event.id}::uuid, ${event.type}, ${message}, ${attempts})
      ON CONFLICT DO NOTHING`;
  };

  const handleWithRetries = async (event: StoredEvent): Promise<void> => {
    for (const pause of [...RETRY_DELAYS_MS, null]) {
      try {
        return await handle([event]);
      } catch (error) {
        if (stopping) throw error;
        if (pause === null) return await setAside(event, error);
        logger.warn({ err: error, eventId: event.id, type: event.type, consumer: name }, 'reaction failed');
        await delay(pause);
      }
    }
  };

  const handleTenant = async (events: readonly StoredEvent[]): Promise<void> => {
    for (let at = 0; at < events.length; at += CHUNK_SIZE) {
      const chunk = events.slice(at, at + CHUNK_SIZE);
      try {
        await handle(chunk);
      } catch (error) {
        if (stopping) throw error;
        for (const event of chunk) await handleWithRetries(event);
      }
    }
  };

  const handleBatch = async (events: readonly StoredEvent[]): Promise<void> => {
    const queues = new Map<string, StoredEvent[]>();
    for (const event of events) {
      const queue = queues.get(event.headers.tenant.id);
      if (queue) queue.push(event);
      else queues.set(event.headers.tenant.id, [event]);
    }
    const waiting = [...queues.values()];
    const worker = async (): Promise<void> => {
      for (let queue = waiting.shift(); queue; queue = waiting.shift()) await handleTenant(queue);
    };
    await Promise.all(Array.from({ length: Math.min(TENANTS_AT_ONCE, waiting.length) }, worker));
  };

  /** @returns whether there may be more to do at once */
  const runBatch = async (client: pg.PoolClient): Promise<boolean> => {
    // Nothing is written here before the end: a transaction that has written holds back every reader of the log.
    const after = await readOffset(client, name);
    const reached = watch.head;
    const events = await log.read({ after, limit: BATCH_SIZE, types });
    await handleBatch(events);
    const full = events.length === BATCH_SIZE;
    const last = events.at(-1)?.position ?? after;
    const offset = full || comparePositions(last, reached) > 0 ? last : reached;
    if (comparePositions(offset, after) > 0) {
      await client.query(
        `INSERT INTO kernel.consumer_offset (consumer, xact_id, event_id) VALUES ($1, $2::xid8, $3)
         ON CONFLICT (consumer) DO UPDATE SET xact_id = $2::xid8, event_id = $3, updated_at = now()`,
        [name, offset.xactId, offset.eventId],
      );
    }
    return full;
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      let more: boolean | null = null;
      isNew = false;
      try {
        more = await runAlone(pool, `spine:consumer:${name}`, runBatch);
      } catch (error) {
        if (!stopping) logger.warn({ err: error, consumer: name }, 'batch of events failed; will try again');
      }
      if (more === true || stopping || isNew) continue;
      const pause = more === null ? TRY_AGAIN_MS : LOOK_EVERY_MS;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
    }
  };

  let stopListening: (() => void) | undefined;
  return {
    start() {
      if (types.length === 0) return;
      stopListening = watch.onAdvance(() => {
        isNew = true;
        wake?.();
      });
      running = loop();
    },
    async stop() {
      stopping = true;
      stopListening?.();
      wake?.();
      await running;
    },
  };
}
