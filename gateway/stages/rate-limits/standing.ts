import type { Rate } from './rate-limits.js';

/** How a charge left its window. */
export interface Standing {
  readonly policy: string;
  readonly rate: Rate;
  readonly remaining: number;
  /** Seconds until the window ends, rounded up. */
  readonly resetsIn: number;
  readonly exceeded: boolean;
}
