import type { GatewayLogger } from '../../logger.js';
import { createInsuredCounter } from './insured-counter.js';
import { createMemoryCounter } from './memory-counter.js';
import { createPostgresCounter, type PostgresCounterOptions } from './postgres-counter.js';
import type { RateCounter } from './rate-counter.js';
import { createRedisCounter } from './redis-counter.js';

export interface CounterStores {
  readonly redisUrl: string | undefined;
  /** Undefined where there is no other process to share counts with. */
  readonly database: PostgresCounterOptions | undefined;
}

/** Where requests are counted: in Redis, else in PostgreSQL, else in this process. */
export function createRateCounter({ redisUrl, database }: CounterStores, logger: GatewayLogger): RateCounter {
  if (redisUrl !== undefined) return createInsuredCounter(createRedisCounter(redisUrl, logger), logger);
  return database ? createInsuredCounter(createPostgresCounter(database, logger), logger) : createMemoryCounter();
}
