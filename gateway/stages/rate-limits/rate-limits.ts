/** So many requests in a window of so many seconds; the window begins with its first request. */
export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

/** How often one may ask. Every request counts in each that is about it. */
export interface RateLimits {
  /** HTTP requests and WebSocket connections from one address. */
  readonly address: Rate;
  /** Operations of all who are not signed in, from one address. */
  readonly anonymous: Rate;
  /** Operations of one person or member of staff; a program has the limit of its API key. */
  readonly principal: Rate;
  /** Operations of all of a company together. */
  readonly tenant: Rate;
  /** Uses of fields tagged `credentials`, such as `login`, from one address. */
  readonly credentialsByAddress: Rate;
  /** The same for one account, by the address of mail that is given, from wherever they come. */
  readonly credentialsByAccount: Rate;
}

/** Far above what people do; a script that does not wait meets them. */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  address: { requests: 6_000, seconds: 60 },
  anonymous: { requests: 1_800, seconds: 60 },
  principal: { requests: 3_000, seconds: 60 },
  tenant: { requests: 30_000, seconds: 60 },
  credentialsByAddress: { requests: 300, seconds: 300 },
  credentialsByAccount: { requests: 30, seconds: 300 },
};
