import { LRUCache } from 'lru-cache';
import type { EventSignal } from '../events/event-signal.js';
import type { Outbox } from '../events/outbox.js';
import { tableOf, uuidOf } from '../graphql/global-id.js';
import type { Clock } from '../request/clock.js';
import type { Logger, RequestContext } from '../request/request-context.js';
import { systemContext } from '../request/system-context.js';
import type { Database } from '../tenancy/tenant-database.js';
import { actorIdOf } from '../wire/principal.js';
import { isPlatformTenant, PLATFORM_TENANT } from '../wire/tenant.js';
import type { ForeignIdEvents } from './foreign-id-named.js';

/** Beyond this many that wait, further ones are not looked for. */
const WAITING_LIMIT = 1_000;
/** Of one asker in one pass: whoever tries out more is noticed by these. */
const OF_ONE_ASKER = 20;
/** Between two passes, in milliseconds. */
const PAUSE_MS = 1_000;
/** What was looked for is not looked for again for an hour, as for a stale link that is asked for by the minute. */
const REMEMBERED = { max: 10_000, ttl: 3_600_000 } as const;
/** A pass must not weigh on the database, in milliseconds. */
const LONGEST_LOOK_MS = 2_000;

interface Missed {
  readonly id: string;
  readonly askedIn: string;
  readonly askedBy: string | null;
}

interface Holder {
  readonly tenant_id: string;
  readonly id: string;
}

/**
 * Looks whether ids that were answered with nothing are another company's, which no request can see. It does so after
 * the answer, in passes of its own that are bounded, and tells the platform alone: an asker who was told, or made to
 * wait, would learn which ids there are.
 */
export interface ForeignIdWatch {
  missed(context: RequestContext, ids: readonly string[]): void;
  /** Looks at what waits, and ends. */
  close(): Promise<void>;
}

export function createForeignIdWatch(parts: {
  readonly database: Database;
  readonly outbox: Outbox<ForeignIdEvents>;
  readonly signal: EventSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}): ForeignIdWatch {
  const { database, outbox, signal, clock, logger } = parts;
  const seen = new LRUCache<string, true>(REMEMBERED);
  let waiting: Missed[] = [];
  let ofAsker = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  let isClosed = false;

  const holdersOf = (table: string, uuids: readonly string[]): Promise<readonly Holder[]> =>
    database.platform.transaction(async (db) => {
      await db.$executeRawUnsafe(`SET LOCAL statement_timeout = ${LONGEST_LOOK_MS}`);
      return db.$queryRaw<Holder[]>`SELECT tenant_id, id FROM kernel.holders_of(${table}, ${[...uuids]}::uuid[])`;
    });

  const tell = async (missed: Missed, heldBy: string): Promise<void> => {
    const context = systemContext({ name: 'foreign-ids', tenant: PLATFORM_TENANT, clock, logger });
    const { tenants } = database;
    await outbox.emit(tenants.of(context), context, 'kernel.foreign_id_named', { ...missed, heldBy });
  };

  const lookIn = async (table: string, missed: readonly Missed[]): Promise<void> => {
    const uuids = [...new Set(missed.map(({ id }) => uuidOf(id)))];
    const held = await holdersOf(table, uuids);
    for (const one of missed) {
      const holders = held.filter(({ id }) => id === uuidOf(one.id)).map(({ tenant_id }) => tenant_id);
      // What her own company has was kept from her by a permission.
      const [heldBy] = holders.includes(one.askedIn) ? [] : holders;
      if (heldBy !== undefined) await tell(one, heldBy);
    }
  };

  const look = async (): Promise<void> => {
    const pass = waiting;
    waiting = [];
    ofAsker = new Map();
    for (const table of new Set(pass.map(({ id }) => tableOf(id)))) {
      if (table === null) continue;
      const missed = pass.filter(({ id }) => tableOf(id) === table);
      try {
        await lookIn(table, missed);
      } catch (error) {
        logger.warn({ err: error, table, ids: missed.length }, 'could not look whose the ids are that nothing was found for');
      }
    }
    if (pass.length > 0) signal.notify('events');
  };

  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      looking = looking.then(look);
    }, PAUSE_MS).unref();
  };

  return {
    missed({ tenant, principal }, ids) {
      if (isClosed || isPlatformTenant(tenant) || principal.kind === 'platform' || principal.kind === 'system') return;
      const askedBy = actorIdOf(principal);
      for (const id of ids) {
        const asker = `${tenant.id}:${askedBy ?? ''}`;
        const already = ofAsker.get(asker) ?? 0;
        if (waiting.length >= WAITING_LIMIT || already >= OF_ONE_ASKER || seen.has(`${asker}:${id}`)) continue;
        seen.set(`${asker}:${id}`, true);
        ofAsker.set(asker, already + 1);
        waiting.push({ id, askedIn: tenant.id, askedBy });
      }
      if (waiting.length > 0) later();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
      await look();
    },
  };
}
