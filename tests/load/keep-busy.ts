import { ascending } from './quantile.js';

export interface Busy {
  /** Of each call, in milliseconds, ascending. */
  readonly took: Float64Array;
  readonly perSecond: number;
}

/**
 * Does one thing over and over until the time is over, by several at once: whoever has done it begins again.
 * @param work is told which of the several does it
 */
export async function keepBusy(
  { atOnce, seconds }: { readonly atOnce: number; readonly seconds: number },
  work: (worker: number) => Promise<unknown>,
): Promise<Busy> {
  const took: number[] = [];
  const began = performance.now();
  const run = async (worker: number): Promise<void> => {
    while (performance.now() < began + seconds * 1_000) {
      const from = performance.now();
      await work(worker);
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, worker) => run(worker)));
  return { took: ascending(took), perSecond: took.length / ((performance.now() - began) / 1_000) };
}
