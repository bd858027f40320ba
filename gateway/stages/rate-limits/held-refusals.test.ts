import { describe, expect, test } from '@jest/globals';
import { Refusal } from '../../refusal.js';
import { createHeldRefusals } from './held-refusals.js';

const HELD_MS = 60;

/** A process of which the test says whether it is saturated. */
function processThat() {
  let tell: (saturated: boolean) => void = () => undefined;
  const saturation = {
    watch(listener: (saturated: boolean) => void) {
      tell = listener;
      return () => undefined;
    },
  };
  const refusals = createHeldRefusals(saturation, HELD_MS);
  return { refusals, is: (saturated: boolean) => tell(saturated) };
}

const refuseWith = (code: ConstructorParameters<typeof Refusal>[0]) => async (): Promise<never> => {
  throw new Refusal(code, 'no');
};

const waited = async (work: Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await expect(work).rejects.toThrow('no');
  return performance.now() - begun;
};

describe('refusals for too many requests', () => {
  test('are told later while the process has too much to do', async () => {
    const { refusals, is } = processThat();
    const asked = refusals.slowly(refuseWith('RATE_LIMITED'));
    is(true);
    // A timer of Node may fire a millisecond early.
    expect(await waited(asked(null))).toBeGreaterThanOrEqual(HELD_MS - 1);
  });

  test('and at once when it has time, or when it is something else that is refused', async () => {
    const { refusals, is } = processThat();
    const isTold = async (work: Promise<unknown>): Promise<boolean> =>
      Promise.race([work.then(() => false, () => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
    expect(await isTold(refusals.slowly(refuseWith('RATE_LIMITED'))(null))).toBe(true);
    is(true);
    expect(await isTold(refusals.slowly(refuseWith('FORBIDDEN'))(null))).toBe(true);
    expect(await isTold(refusals.slowly(refuseWith('RATE_LIMITED'))(null))).toBe(false);
  });

  test('and what is not refused is handed on', async () => {
    const { refusals, is } = processThat();
    is(true);
    await expect(refusals.slowly(async (n: number) => n + 1)(1)).resolves.toBe(2);
  });
});
