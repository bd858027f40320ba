import { LRUCache } from 'lru-cache';
import type { RateCounter } from './rate-counter.js';

/** Windows kept at the same time; beyond that the one not used for longest is forgotten. */
const WINDOWS_KEPT = 100_000;

interface Window {
  counted: number;
  readonly endsAt: number;
}

/** Counts in this process. @param now milliseconds that never go back */
export function createMemoryCounter(now: () => number = () => performance.now()): RateCounter {
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
