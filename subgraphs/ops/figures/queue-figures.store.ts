import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { QueueReading } from '../../_kernel/wire/queue-figures.js';

/** Beyond it nobody needs to know how far: counting would cost more than reading on. */
const COUNTED_EVENTS = 10_000;

export const readConsumerLags = (db: PlatformDb, now: Date): Promise<QueueReading['consumers'][number][]> =>
  db.$queryRaw<QueueReading['consumers'][number][]>`
    SELECT o.consumer, count(e.id)::int AS behind,
      greatest(0, coalesce(extract(epoch FROM ${now} - min(e.occurred_at)), 0))::float8 AS seconds
    FROM kernel.consumer_offset AS o LEFT JOIN LATERAL (
      SELECT l.id, l.occurred_at FROM kernel.outbox_event AS l
      WHERE (l.xact_id, l.id) > (o.xact_id, o.event_id)
      ORDER BY l.xact_id, l.id LIMIT ${COUNTED_EVENTS}
    ) AS e ON true
    GROUP BY o.consumer ORDER BY o.consumer`;

export const countDeadLetters = (db: PlatformDb): Promise<QueueReading['deadLetters'][number][]> =>
  db.$queryRaw<QueueReading['deadLetters'][number][]>`
    SELECT consumer, count(*)::int AS count FROM kernel.dead_letter GROUP BY consumer ORDER BY consumer`;

export const countWaitingMails = (db: PlatformDb): Promise<number> => db.mail.count({ where: { nextAttemptAt: { not: null } } });
