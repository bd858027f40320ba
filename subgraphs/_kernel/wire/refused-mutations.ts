import type { ErrorCode } from './error-codes.js';

/**
 * Where the gateway reports mutations that it turned away itself, in the name of whoever asked; served to the
 * platform itself, never forwarded to a client.
 */
export const REFUSED_MUTATIONS_PATH = '/internal/refused-mutations';

/** One report, as JSON in the body of a POST. */
export interface RefusedMutationReport {
  /** Names of the mutations, each once. */
  readonly mutations: readonly string[];
  readonly code: ErrorCode;
  /** ISO 8601 instant. */
  readonly at: string;
}
