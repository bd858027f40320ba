/**
 * The value below which a share of the measured ones lies; the greatest for 1, NaN for none.
 * @param sorted ascending
 * @param share from 0 to 1
 */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

/** The measured values as `quantile` takes them. */
export const ascending = (measured: readonly number[]): Float64Array => Float64Array.from(measured).sort();
