import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RateCounter } from './rate-counter.js';

/** Whether a count is too high is not decided by the limiter: the limit may change while the window lasts. */
export const UNLIMITED = { points: Number.MAX_SAFE_INTEGER, duration: 60 } as const;

/** A limiter as what counts. @param close lets go of its connections */
export const createLimiterCounter = (limiter: RateLimiterAbstract, close: () => Promise<void>): RateCounter => ({
  async add(key, points, seconds) {
    const { consumedPoints, msBeforeNext } = await limiter.consume(key, points, { customDuration: seconds });
    return { counted: consumedPoints, resetsInMs: msBeforeNext };
  },
  close,
});
