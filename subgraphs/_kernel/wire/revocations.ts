import type { TenantIdentity } from './tenant.js';

/**
 * Path at which a subgraph tells what takes away what tokens, keys and companies could do until then: `?since=`
 * (epoch milliseconds) to begin with, `?after=` (a page's position) to go on, `&wait=` milliseconds for something
 * to happen. Answers a `RevocationPage` as JSON. Served to the platform itself, never forwarded to a client.
 */
export const REVOCATIONS_PATH = '/internal/revocations';

/** The longest that a question may wait for its answer, in milliseconds. */
export const LONGEST_WAIT_MS = 10_000;

export type Revocation =
  | { readonly kind: 'session'; readonly sessionId: string }
  /** Every session that a person had, in whichever tenant, but the one kept. */
  | { readonly kind: 'user'; readonly userId: string; readonly keptSessionId: string | null }
  /** What its tokens say is no longer so; `out` when there will be no new ones. */
  | { readonly kind: 'membership'; readonly membershipId: string; readonly out: boolean }
  | { readonly kind: 'admin'; readonly adminId: string }
  | { readonly kind: 'api-key'; readonly apiKeyId: string }
  /** The tenant as it is now. */
  | { readonly kind: 'tenant'; readonly tenant: TenantIdentity };

export interface RevocationEntry {
  readonly revocation: Revocation;
  /** Epoch milliseconds; what was issued before is no longer good. */
  readonly at: number;
}

export interface RevocationPage {
  readonly entries: readonly RevocationEntry[];
  /** Where to go on: everything up to here has been told. */
  readonly position: string;
  /** Whether there is more to be had at once. */
  readonly more: boolean;
}
