/** What became of a mail. */
export const MAIL_STATUSES = ['PENDING', 'SENT', 'FAILED'] as const;
export type MailStatus = (typeof MAIL_STATUSES)[number];

/** Attempts after which a mail is given up: two days, by the pauses below. */
const MOST_ATTEMPTS = 12;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 8 * 60 * 60 * 1_000;

/** How long an attempt may take before another worker takes the mail for abandoned, in milliseconds. */
export const ATTEMPT_LEASE_MS = 90_000;

/** Why an attempt failed; `final` when another one would fare no better. */
export interface MailFailure {
  readonly message: string;
  readonly final: boolean;
}

export type NextStep =
  | { readonly status: 'FAILED' }
  | { readonly status: 'PENDING'; readonly nextAttemptAt: Date };

/** @param attempts how many there have been, this one included */
export function afterFailure(failure: MailFailure, attempts: number, now: Date): NextStep {
  if (failure.final || attempts >= MOST_ATTEMPTS) return { status: 'FAILED' };
  const pause = Math.min(FIRST_PAUSE_MS * 4 ** (attempts - 1), LONGEST_PAUSE_MS);
  return { status: 'PENDING', nextAttemptAt: new Date(now.getTime() + pause) };
}

/** The longest text of a failure that is kept. */
const FAILURE_LENGTH = 500;

/** A server's word about a failure, without the address it likes to repeat. */
export const withoutAddresses = (text: string): string =>
  text.replace(/[^\s<>"']+@[^\s<>"']+/g, '<address>').slice(0, FAILURE_LENGTH);
