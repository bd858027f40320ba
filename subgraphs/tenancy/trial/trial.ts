import type { LifeFacts } from '../tenant/tenant-life.js';

const DAY_MS = 86_400_000;

/** Days before the end at which its owners are told, the first first. */
export const WARNED_AT_DAYS = [7, 3, 1] as const;

export interface TrialFacts extends Pick<LifeFacts, 'status' | 'trialEndsAt' | 'deletedAt'> {
  /** At which of those days they were told last; null when they were not. */
  readonly trialWarnedDays: number | null;
}

/** What is to be done about a trial. */
export type TrialDuty =
  | { readonly kind: 'END' }
  | {
      readonly kind: 'WARN';
      /** Days that are left, counted up: never nought. */
      readonly daysLeft: number;
      /** The warning this is: of several that were missed, the last. */
      readonly warning: number;
    };

/** What is due now; null when nothing is. */
export function trialDutyOf({ status, trialEndsAt, deletedAt, trialWarnedDays }: TrialFacts, now: Date): TrialDuty | null {
  if (status !== 'ACTIVE' || trialEndsAt === null || deletedAt) return null;
  const leftMs = trialEndsAt.getTime() - now.getTime();
  if (leftMs <= 0) return { kind: 'END' };
  const warning = WARNED_AT_DAYS.filter((days) => leftMs <= days * DAY_MS).at(-1);
  if (warning === undefined || (trialWarnedDays !== null && trialWarnedDays <= warning)) return null;
  return { kind: 'WARN', daysLeft: Math.ceil(leftMs / DAY_MS), warning };
}
