import type { RequestContext } from '../request/request-context.js';
import type { TenantDb } from '../tenancy/tenant-database.js';

export const JOB_STATUSES = ['PENDING', 'DONE', 'DEAD'] as const;

/** Which of the jobs that are due goes first. */
export const JOB_PRIORITIES = { LOW: 0, NORMAL: 1, HIGH: 2 } as const;
export type JobPriority = keyof typeof JOB_PRIORITIES;

/** How long the pauses between attempts are. */
export interface RetryPolicy {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** As often as a job is attempted unless it says otherwise: with patient pauses, for two days. */
export const MOST_ATTEMPTS = 12;
export const PATIENT: RetryPolicy = { firstPauseMs: 5_000, longestPauseMs: 8 * 3_600_000 };

/** How much longer each pause is than the one before. */
const GROWTH = 3;
/** The part of a pause that is left to chance, so that what failed together does not come back together. */
const JITTER = 0.5;

/**
 * @param attempts how many there have been, at least 1
 * @param chance from 0 to 1
 * @returns milliseconds, from half the pause to all of it
 */
export function pauseAfter(policy: RetryPolicy, attempts: number, chance: number): number {
  const pause = Math.min(policy.firstPauseMs * GROWTH ** (attempts - 1), policy.longestPauseMs);
  return Math.round(pause * (1 - JITTER * chance));
}

export type NextStep =
  { readonly status: 'DEAD' } | { readonly status: 'PENDING'; readonly dueAt: Date };

/** What follows from a failed attempt. @param final whether another one would fare no better */
export function afterFailure(
  failed: { readonly attempts: number; readonly mostAttempts: number; readonly final: boolean },
  policy: RetryPolicy,
  now: Date,
  chance: number,
): NextStep {
  if (failed.final || failed.attempts >= failed.mostAttempts) return { status: 'DEAD' };
  return { status: 'PENDING', dueAt: new Date(now.getTime() + pauseAfter(policy, failed.attempts, chance)) };
}

export interface Job<Payload = unknown> {
  /** UUID; the same at every attempt, so good as a key for whoever is called. */
  readonly id: string;
  readonly kind: string;
  readonly payload: Payload;
  /** The one under way included. */
  readonly attempts: number;
}

/**
 * What came of an attempt. `settle` runs in the transaction in which the job is marked, and not at all when the
 * attempt took so long that another one has begun: what it writes is written once.
 */
export type JobOutcome =
  | { readonly is: 'DONE'; readonly settle?: (db: TenantDb) => Promise<void> }
  | {
      readonly is: 'FAILED';
      /** In words for staff; no secrets, no addresses. */
      readonly failure: string;
      /** Whether another attempt would fare no better. */
      readonly final: boolean;
      readonly settle?: (db: TenantDb, next: NextStep) => Promise<void>;
    };

/** Does the jobs of one kind. An attempt may be made again at any time: a call outwards must bear that. */
export interface JobHandler {
  readonly kind: string;
  readonly retry: RetryPolicy;
  /** @param signal aborted when the worker stops, or another has taken the job over */
  readonly run: (context: RequestContext, job: Job, signal: AbortSignal) => Promise<JobOutcome>;
  /** In the transaction in which a job dies without a word of its attempt: its process was lost every time. */
  readonly abandoned?: (context: RequestContext, db: TenantDb, job: Job) => Promise<void>;
}

/** Makes a handler whose payload has the type that `Jobs` gives it. */
export function handleJob<Jobs>() {
  return <Kind extends keyof Jobs & string>(
    kind: Kind,
    handler: {
      readonly retry: RetryPolicy;
      readonly run: (context: RequestContext, job: Job<Jobs[Kind]>, signal: AbortSignal) => Promise<JobOutcome>;
      readonly abandoned?: (context: RequestContext, db: TenantDb, job: Job<Jobs[Kind]>) => Promise<void>;
    },
  ): JobHandler => ({ kind, ...handler }) as JobHandler;
}
