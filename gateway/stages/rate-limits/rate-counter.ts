/** How much was counted in the present window. */
export interface Count {
  readonly counted: number;
  /** Milliseconds until the window ends. */
  readonly resetsInMs: number;
}

/** Counts in windows. Whatever counts with the same store counts together, and no count is lost or made twice. */
export interface RateCounter {
  /**
   * Adds to a window, which begins with the first that is added.
   * @param key what is counted, of at most 200 characters
   */
  add(key: string, points: number, seconds: number): Promise<Count>;
  close(): Promise<void>;
}
