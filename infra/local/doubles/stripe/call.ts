import type { RequestIdentity, StripeAccount } from './account.js';
import type { Params } from './params.js';

/** One authenticated request to an endpoint. */
export interface Call {
  readonly account: StripeAccount;
  readonly params: Params;
  readonly request: RequestIdentity;
  /** The id in the path; empty where the path has none. */
  readonly id: string;
}

/** Answers a call with a Stripe object, or throws an ApiError. Runs to its end without waiting: nothing interleaves. */
export type Endpoint = (call: Call) => object;
