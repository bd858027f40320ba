/** Where ops tells how much is waiting; served to the platform itself, never forwarded to a client. */
export const QUEUE_FIGURES_PATH = '/internal/queue-figures';

/** One reading, as JSON. */
export interface QueueReading {
  readonly jobs: readonly {
    readonly queue: string;
    readonly kind: string;
    /** Not given up; those that are due or under way included. */
    readonly pending: number;
    readonly due: number;
    readonly running: number;
    readonly dead: number;
    /** Seconds since the one that is due longest was; null when none is. */
    readonly oldestDueSeconds: number | null;
  }[];
  readonly consumers: readonly {
    readonly consumer: string;
    /** Events behind the place up to which it has read; counted to 10,000. */
    readonly behind: number;
    /** Since the first of them happened; 0 without one. */
    readonly seconds: number;
  }[];
  readonly deadLetters: readonly { readonly consumer: string; readonly count: number }[];
  /** Mails that are not sent yet and not given up. */
  readonly mails: number;
}
