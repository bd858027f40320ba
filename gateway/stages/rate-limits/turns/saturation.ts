import { performance } from 'node:perf_hooks';

/** Tells again and again whether this process has more to do than it gets done. */
export interface Saturation {
  /** @returns stops it */
  watch(listener: (saturated: boolean) => void): () => void;
}

const INTERVAL_MS = 50;

/** Share of time the event loop is busy from which on whoever comes has to wait for it noticeably. */
const BUSY = 0.6;

/** Judges by how much of its time the event loop is busy. */
export function createLoopSaturation(): Saturation {
  return {
    watch(listener) {
      let before = performance.eventLoopUtilization();
      const timer = setInterval(() => {
        const present = performance.eventLoopUtilization();
        listener(performance.eventLoopUtilization(present, before).utilization > BUSY);
        before = present;
      }, INTERVAL_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
