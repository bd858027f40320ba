import type { Envelope } from './envelope.js';

/**
 * Path at which identity decides what `@policy` names: a POST of a `PolicyQuestion` as JSON, answered by a
 * `PolicyAnswer`. Served to the platform itself only, never forwarded to a client.
 */
export const POLICY_DECISION_PATH = '/internal/policy-decision';

export interface PolicyQuestion {
  /** Of the catalogue of actions. What it does not have is denied. */
  readonly action: string;
  /** Who asks, and where. */
  readonly asker: Envelope;
}

export interface PolicyAnswer {
  readonly allowed: boolean;
}
