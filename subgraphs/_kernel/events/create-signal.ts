import type pg from 'pg';
import type { Logger } from '../request/request-context.js';
import type { EventSignal } from './event-signal.js';
import { createPostgresSignal } from './postgres-signal.js';
import { createRedisSignal } from './redis-signal.js';

/** The signal a process uses: Redis where there is one, otherwise PostgreSQL itself. */
export async function createSignal(parts: {
  readonly redisUrl: string | undefined;
  /** Connection string of a direct connection, not through a pooler. */
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly logger: Logger;
}): Promise<EventSignal> {
  const { redisUrl, databaseUrl, pool, logger } = parts;
  return redisUrl === undefined
    ? createPostgresSignal(pool, { connectionString: databaseUrl }, logger)
    : createRedisSignal(redisUrl, logger);
}
