import type pg from 'pg';
import type { Schedule } from '../jobs/schedule.js';
import { comparePositions, type Position } from './event.js';
import type { EventLog } from './event-log.js';

/** Events removed in one transaction: one that has written holds back the readers of the log while it runs. */
const REMOVED_AT_ONCE = 1_000;

const HOUR_MS = 3_600_000;

/** A week: who comes back from a long weekend still resumes where she was. */
const KEPT_HOURS = 168;

interface PlaceRow {
  readonly xact_id: string;
  readonly id: string;
}

const positionIn = (row: PlaceRow | undefined): Position | null =>
  row ? { xactId: row.xact_id, eventId: row.id } : null;

/** The place before which every event is older than `keptSince`; the newest event stays in any case. */
async function firstKept(pool: pg.Pool, log: EventLog, keptSince: Date): Promise<Position> {
  const { rows } = await pool.query<PlaceRow>(
    `SELECT e.xact_id::text AS xact_id, e.id FROM kernel.outbox_event AS e
     WHERE e.occurred_at >= $1 ORDER BY e.xact_id, e.id LIMIT 1`,
    [keptSince],
  );
  const head = await log.head();
  const young = positionIn(rows[0]);
  return young && comparePositions(young, head) < 0 ? young : head;
}

/** How far the slowest of those who have ever consumed events is; null when nobody has. */
async function slowestConsumer(pool: pg.Pool): Promise<Position | null> {
  const { rows } = await pool.query<PlaceRow>(
    `SELECT o.xact_id::text AS xact_id, o.event_id AS id FROM kernel.consumer_offset AS o
     ORDER BY o.xact_id, o.event_id LIMIT 1`,
  );
  return positionIn(rows[0]);
}

/**
 * Removes, from the start of the log on, events that are older than `keptSince` and that every consumer has
 * dealt with. An event set aside as a dead letter stays until that is settled. The log's floor moves in the
 * transaction that removes, so that no reader can miss both an event and the word that it is gone.
 * @param pool bound to the platform's role
 * @returns how many events were removed
 */
export async function removeDeliveredEvents(pool: pg.Pool, log: EventLog, keptSince: Date): Promise<number> {
  const end = await firstKept(pool, log, keptSince);
  const delivered = await slowestConsumer(pool);
  if (!delivered) return 0;
  for (let removed = 0; ; ) {
    const { rows } = await pool.query<{ readonly count: number }>(
      `WITH doomed AS MATERIALIZED (
         SELECT e.tenant_id, e.id, e.xact_id FROM kernel.outbox_event AS e
         WHERE (e.xact_id, e.id) < ($1::xid8, $2::uuid) AND (e.xact_id, e.id) <= ($3::xid8, $4::uuid)
           AND NOT EXISTS (SELECT FROM kernel.dead_letter AS d WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id)
         ORDER BY e.xact_id, e.id LIMIT $5
       ), gone AS (
         DELETE FROM kernel.outbox_event AS e USING doomed AS d WHERE e.tenant_id = d.tenant_id AND e.id = d.id
       )
       INSERT INTO kernel.outbox_floor AS f (xact_id, event_id)
       (SELECT d.xact_id, d.id FROM doomed AS d ORDER BY d.xact_id DESC, d.id DESC LIMIT 1)
       ON CONFLICT (only_one) DO UPDATE SET
         (xact_id, event_id) = (SELECT g.x, g.e FROM (VALUES (f.xact_id, f.event_id), (EXCLUDED.xact_id, EXCLUDED.event_id)) AS g (x, e)
                                ORDER BY g.x DESC, g.e DESC LIMIT 1),
         updated_at = now()
       RETURNING (SELECT count(*)::int FROM doomed) AS count`,
      [end.xactId, end.eventId, delivered.xactId, delivered.eventId, REMOVED_AT_ONCE],
    );
    const count = rows[0]?.count ?? 0;
    removed += count;
    if (count < REMOVED_AT_ONCE) return removed;
  }
}

/** @param keptHours age that an event has to reach before it is removed */
export const removeEventsAllAreDoneWith = (pool: pg.Pool, log: EventLog, keptHours = KEPT_HOURS): Schedule => ({
  name: 'remove-events-all-are-done-with',
  everySeconds: 600,
  run: async ({ clock, logger }) => {
    const keptSince = new Date(clock.now().getTime() - keptHours * HOUR_MS);
    const removed = await removeDeliveredEvents(pool, log, keptSince);
    if (removed > 0) logger.info({ removed }, 'removed events that everyone is done with');
  },
});
