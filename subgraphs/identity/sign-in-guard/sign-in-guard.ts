/** What failed attempts are counted by. */
export type AttemptKind = 'account' | 'device' | 'ip';

/** Failures that cost nothing: people mistype, and an office shares one address. */
const FREE: Readonly<Record<AttemptKind, number>> = { account: 5, device: 5, ip: 150 };

const LONGEST_WAIT_SECONDS = 15 * 60;

/** Seconds without a failure after which the earlier ones are forgotten. */
export const FORGOTTEN_AFTER_SECONDS = 60 * 60;

/**
 * Seconds to wait after a failed attempt: none at first, then 1, 2, 4, 8 … up to a quarter of an hour.
 * @param failures how many there have been in a row, this one included
 */
export function waitAfter(kind: AttemptKind, failures: number): number {
  const beyond = failures - FREE[kind];
  return beyond < 0 ? 0 : Math.min(2 ** beyond, LONGEST_WAIT_SECONDS);
}

export interface AttemptKey {
  readonly kind: AttemptKind;
  readonly key: string;
}

/**
 * What an attempt is counted by. A device that its owner has vouched for is counted by itself alone: whoever
 * tries her password from elsewhere, or others' from the address she shares, makes everybody wait but her.
 */
export function keysOf(attempt: {
  /** SHA-256 that stands for the account tried. */
  readonly account: string;
  readonly deviceId: string | null;
  readonly ip: string | null;
}): readonly AttemptKey[] {
  if (attempt.deviceId) return [{ kind: 'device', key: `device:${attempt.deviceId}` }];
  const account: AttemptKey = { kind: 'account', key: `account:${attempt.account}` };
  return attempt.ip ? [account, { kind: 'ip', key: `ip:${attempt.ip}` }] : [account];
}
