/** How many operations run and wait at the same time in one process. */
export interface TurnLimits {
  /** Operations under way. */
  readonly running: number;
  /** Of them of one company, while the process has time to spare. */
  readonly runningOfTenant: number;
  /** Operations waiting, of one company. */
  readonly waitingOfTenant: number;
  /** Operations waiting. */
  readonly waiting: number;
  /** Milliseconds one waits at most. */
  readonly waitMs: number;
}

export const DEFAULT_TURN_LIMITS: TurnLimits = {
  running: 128,
  runningOfTenant: 32,
  waitingOfTenant: 200,
  waiting: 2_000,
  waitMs: 5_000,
};
