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
  /** Milliseconds after which the store is taken for dead; by default what a request can well wait. */
  readonly timeoutMs?: number;
}

/** Where requests are counted: in Redis, else in PostgreSQL, else in this process. */
export function createRateCounter({ redisUrl, database, timeoutMs }: CounterStores, logger: GatewayLogger): RateCounter {
  if (redisUrl !== undefined) return createInsuredCounter(createRedisCounter(redisUrl, logger, timeoutMs), logger);
  return database ? createInsuredCounter(createPostgresCounter(database, logger, timeoutMs), logger) : createMemoryCounter();
}
