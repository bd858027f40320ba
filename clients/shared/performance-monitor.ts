import type { Beacon } from './beacon.js';

/** Measures how long things take in a client, and tells the platform what was slow. */
export interface PerformanceMonitor {
  /** What was measured elsewhere. */
  took(name: string, milliseconds: number): void;
  /** Does something and measures it, also when it fails. */
  measure<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** What was measured since the beginning, the slowest first. */
  metrics(): readonly OperationTiming[];
}

interface OperationTiming {
  readonly name: string;
  readonly count: number;
  /** Milliseconds. */
  readonly average: number;
  readonly longest: number;
}

/** From so many milliseconds on something is slow; the platform counts nothing below. */
const SLOW_MS = 1_000;
const MOST_NAMES = 500;

export function createPerformanceMonitor(beacon: Beacon, now: () => number): PerformanceMonitor {
  const known = new Map<string, { count: number; total: number; longest: number }>();
  const took = (name: string, milliseconds: number): void => {
    const timing = known.get(name) ?? { count: 0, total: 0, longest: 0 };
    if (timing.count === 0 && known.size >= MOST_NAMES) return;
    timing.count += 1;
    timing.total += milliseconds;
    timing.longest = Math.max(timing.longest, milliseconds);
    known.set(name, timing);
    if (milliseconds >= SLOW_MS) beacon.add({ type: 'timing', name: name.slice(0, 200), milliseconds: Math.round(milliseconds) });
  };
  return {
    took,
    async measure(name, work) {
      const from = now();
      try {
        return await work();
      } finally {
        took(name, now() - from);
      }
    },
    metrics: () =>
      [...known]
        .map(([name, { count, total, longest }]) => ({ name, count, average: total / count, longest }))
        .sort((one, other) => other.longest - one.longest),
  };
}
