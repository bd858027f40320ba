/** Numbers that look random and are the same for the same seed, so that every demo is the same demo. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  pick<Item>(items: readonly Item[]): Item;
  /** A whole number of about this mean, 0 or more. */
  about(mean: number): number;
}

/** Mulberry32: 32 bits of state, good enough for a demo and nothing else. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('Nothing to pick from');
      return item;
    },
    about: (mean) => Math.floor(mean) + (next() < mean - Math.floor(mean) ? 1 : 0),
  };
}
