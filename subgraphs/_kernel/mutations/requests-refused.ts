import type { RefusalReason } from '../wire/refused-requests.js';
import type { ErrorCode } from '../wire/error-codes.js';

/** The gateway turned requests of somebody away, as many as there were in one window of time. */
export interface RequestsRefused {
  readonly reason: RefusalReason;
  readonly code: ErrorCode;
  readonly count: number;
  /** ISO 8601 instants of the first and the last. */
  readonly since: string;
  readonly until: string;
}

export interface RefusalEvents {
  'kernel.requests_refused': RequestsRefused;
}
