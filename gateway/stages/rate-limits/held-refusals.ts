import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { Saturation } from './turns/saturation.js';

/** How long whoever asks too often waits to be told so. */
const HELD_MS = 500;
/** Refusals held at a time; what is beyond them is told at once, so that holding costs no more than that many sockets. */
const MOST_HELD = 1_000;

export interface HeldRefusals {
  /**
   * The same stage, whose refusals for too many requests are held back while the process has more to do than it gets
   * done. A client that asks again as soon as it is answered would otherwise be refused thousands of times a second,
   * and everybody else would wait for that.
   */
  readonly slowly: <In, Out>(stage: Stage<In, Out>) => Stage<In, Out>;
  stop(): void;
}

export function createHeldRefusals(saturation: Saturation, heldMs = HELD_MS): HeldRefusals {
  let saturated = false;
  let held = 0;
  const stop = saturation.watch((now) => {
    saturated = now;
  });

  const hold = async (): Promise<void> => {
    if (!saturated || held >= MOST_HELD) return;
    held += 1;
    await delay(heldMs, undefined, { ref: false });
    held -= 1;
  };

  return {
    stop,
    slowly: (stage) => async (input) => {
      try {
        return await stage(input);
      } catch (error) {
        if (error instanceof Refusal && error.code === 'RATE_LIMITED') await hold();
        throw error;
      }
    },
  };
}
