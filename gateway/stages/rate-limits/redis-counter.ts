import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { GatewayLogger } from '../../logger.js';
import { createLimiterCounter, UNLIMITED } from './limiter-counter.js';
import type { RateCounter } from './rate-counter.js';

const TIMEOUT_MS = 500;

/** Counts in Redis, for all processes that share it. @param timeoutMs a Redis that takes longer is taken for dead */
export function createRedisCounter(url: string, logger: GatewayLogger, timeoutMs = TIMEOUT_MS): RateCounter {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
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
