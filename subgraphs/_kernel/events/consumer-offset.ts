import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { comparePositions, LOG_START, type Position } from './event.js';
import type { EventLog } from './event-log.js';

/** How far a consumer has dealt with the log. */
export async function readOffset(client: pg.Pool | pg.PoolClient, consumer: string): Promise<Position> {
  const { rows } = await client.query<{ xact_id: string; event_id: string }>(
    'SELECT xact_id::text AS xact_id, event_id FROM kernel.consumer_offset WHERE consumer = $1',
    [consumer],
  );
  const row = rows[0];
  return row ? { xactId: row.xact_id, eventId: row.event_id } : LOG_START;
}

/**
 * Waits until a consumer has dealt with everything a tenant had written when called, so that a request can
 * rely on what an earlier request caused in another subgraph.
 * @returns false when the consumer is still behind after `timeoutMs`
 */
export type CatchUp = (consumer: string, tenantId: string, timeoutMs: number) => Promise<boolean>;

export function createCatchUp(log: EventLog, pool: pg.Pool): CatchUp {
  return async (consumer, tenantId, timeoutMs) => {
    const target = await log.newestOf(tenantId);
    const deadline = performance.now() + timeoutMs;
    for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
      if (comparePositions(await readOffset(pool, consumer), target) >= 0) return true;
      if (performance.now() > deadline) return false;
      await delay(pause);
    }
  };
}
