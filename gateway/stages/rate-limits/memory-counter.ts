import { LRUCache } from 'lru-cache';
import type { RateCounter } from './rate-counter.js';

/** Windows kept at the same time; beyond that the one not used for longest is forgotten. */
const WINDOWS_KEPT = 100_000;

interface Window {
  counted: number;
  readonly endsAt: number;
}

/** Whole ones: with fractions a window of 60,000 ms ends in 60,000.00000000001 ms, which is 61 s to a client. */
const wholeMilliseconds = (): number => Math.floor(performance.now());

/** Counts in this process. @param now whole milliseconds that never go back */
export function createMemoryCounter(now: () => number = wholeMilliseconds): RateCounter {
  const windows = new LRUCache<string, Window>({ max: WINDOWS_KEPT });
  return {
    async add(key, points, seconds) {
      const at = now();
      let window = windows.get(key);
      if (!window || window.endsAt <= at) {
        window = { counted: 0, endsAt: at + seconds * 1000 };
        windows.set(key, window);
      }
      window.counted += points;
      return { counted: window.counted, resetsInMs: window.endsAt - at };
    },
    close: async () => windows.clear(),
  };
}
