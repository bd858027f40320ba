/** Where the time comes from. Rules take a `Date`; only services ask the clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
