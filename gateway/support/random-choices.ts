/** Decisions read from a tape of numbers, so that whoever made the tape can repeat and shorten them. */
export interface Choices {
  /** A whole number from 0 up to, but not including, `count`. A tape of zeros always picks the first. */
  below(count: number): number;
  of<T>(options: readonly T[]): T;
  /** True in about this many of a hundred cases; never on a tape of zeros. */
  percent(chance: number): boolean;
}

/** @param tape at least one whole number, none negative; read again from its start when it is used up */
export function choicesFrom(tape: readonly number[]): Choices {
  let next = 0;
  const below = (count: number): number => {
    const number = tape[next % tape.length] ?? 0;
    next += 1;
    return number % count;
  };
  return {
    below,
    of: (options) => {
      const chosen = options[below(options.length)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
    percent: (chance) => below(100) >= 100 - chance,
  };
}
