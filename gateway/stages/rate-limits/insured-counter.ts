import type { GatewayLogger } from '../../logger.js';
import { createMemoryCounter } from './memory-counter.js';
import type { RateCounter } from './rate-counter.js';

/** How long a store that has failed is left alone, so that not every request waits for it in vain. */
const PAUSE_MS = 1_000;

/** Counts in this process while the shared store fails: limits then hold for each process, and nobody is refused for it. */
export function createInsuredCounter(shared: RateCounter, logger: GatewayLogger): RateCounter {
  const own = createMemoryCounter();
  let failedAt: number | null = null;

  return {
    async add(key, points, seconds) {
      if (failedAt !== null && performance.now() - failedAt < PAUSE_MS) return own.add(key, points, seconds);
      try {
        const count = await shared.add(key, points, seconds);
        if (failedAt !== null) logger.info({}, 'rate limits are shared again');
        failedAt = null;
        return count;
      } catch (error) {
        if (failedAt === null) logger.warn({ err: error }, 'rate limits cannot be shared; each process counts for itself');
        failedAt = performance.now();
        return own.add(key, points, seconds);
      }
    },
    close: () => shared.close(),
  };
}
