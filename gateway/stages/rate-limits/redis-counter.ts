import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { GatewayLogger } from '../../logger.js';
import { createLimiterCounter, UNLIMITED } from './limiter-counter.js';
import type { RateCounter } from './rate-counter.js';

/** A Redis that takes longer is taken for dead. */
const COMMAND_TIMEOUT_MS = 500;

/** Counts in Redis, for all processes that share it. */
export function createRedisCounter(url: string, logger: GatewayLogger): RateCounter {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true,
  });
  redis.on('error', (error: Error) => logger.debug({ err: error }, 'rate limits: Redis error'));
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: 'spine:rate',
    ...UNLIMITED,
  });
  return createLimiterCounter(limiter, async () => redis.disconnect());
}
