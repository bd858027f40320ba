/**
 * Path at which ops tells all flags: `?known=` (the version that is known) and `&wait=` milliseconds for another.
 * Answers a `FlagPage` as JSON. Served to the platform itself, never forwarded to a client.
 */
export const FLAG_FEED_PATH = '/internal/flags';

/** The longest that a question may wait for its answer, in milliseconds. */
export const LONGEST_FLAG_WAIT_MS = 10_000;

export interface FlagPage {
  readonly version: string;
  /** Null when they are those that are known. Each is a flag's definition. */
  readonly flags: readonly unknown[] | null;
}
