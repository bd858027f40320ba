/** Where the gateway reports what became of operations: a POST of `RequestCount[]` as JSON. Served to the platform itself only. */
export const REQUEST_COUNTS_PATH = '/internal/request-counts';

/**
 * What became of an operation: answered in whole, turned down in whole or in part for a reason that lies with whoever
 * asked, or failed in whole or in part on our side.
 */
export const REQUEST_OUTCOMES = ['answered', 'refused', 'failed'] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** How many operations of one company had one outcome in one hour, since the last report. */
export interface RequestCount {
  readonly tenantId: string;
  /** ISO 8601 instant at which the hour begins. */
  readonly hour: string;
  readonly outcome: RequestOutcome;
  readonly count: number;
}
