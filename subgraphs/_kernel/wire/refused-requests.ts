import type { ErrorCode } from './error-codes.js';

/**
 * Where the gateway reports what it refuses by rate, cost, form or list, in the name of whoever asked; served to the
 * platform itself, never forwarded to a client.
 */
export const REFUSED_REQUESTS_PATH = '/internal/refused-requests';

/**
 * Why: too many, too expensive, too long or deep or otherwise too much to look at, or not among the operations that
 * its key may run.
 */
export const REFUSAL_REASONS = ['RATE', 'COST', 'SIZE_OR_DEPTH', 'SAFELIST'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** One report, as JSON in the body of a POST: what one asker was refused for one reason in one window of time. */
export interface RefusedRequestsReport {
  readonly reason: RefusalReason;
  readonly code: ErrorCode;
  readonly count: number;
  /** ISO 8601 instants of the first and the last. */
  readonly since: string;
  readonly until: string;
}
