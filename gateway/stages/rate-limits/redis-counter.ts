import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { GatewayLogger } from '../../logger.js';
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
    // Whether a count is too high is not decided here: the limit may change while the window lasts.
    points: Number.MAX_SAFE_INTEGER,
    duration: 60,
  });
  return {
    async add(key, points, seconds) {
      const { consumedPoints, msBeforeNext } = await limiter.consume(key, points, { customDuration: seconds });
      return { counted: consumedPoints, resetsInMs: msBeforeNext };
    },
    close: async () => redis.disconnect(),
  };
}
