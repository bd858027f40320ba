import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const DOMAIN_KINDS = ['AUTH', 'APP', 'PARTNER'] as const;
export type DomainKind = (typeof DOMAIN_KINDS)[number];

export const DOMAIN_STATUSES = ['PENDING', 'VERIFIED', 'DANGLING'] as const;
export type DomainStatus = (typeof DOMAIN_STATUSES)[number];

export const DOMAIN_PROBLEMS = [
  'TXT_MISSING',
  'TXT_WRONG',
  'CNAME_MISSING',
  'CNAME_WRONG',
  'NO_ANSWER',
  'HELD_BY_ANOTHER',
] as const;
export type DomainProblem = (typeof DOMAIN_PROBLEMS)[number];

export const domainKindSchema = z.enum(DOMAIN_KINDS);

/** Hosts that one company may say are its own. */
export const MOST_DOMAINS = 20;
/** Checks in a row at which a record is gone before a host stops resolving. */
export const MISSES_UNTIL_DANGLING = 3;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How often the records of a host that is in use are looked at. */
const VERIFIED_EVERY_MS = HOUR_MS;
/** How soon after one of them was gone. */
const MISSED_AGAIN_AFTER_MS = 5 * MINUTE_MS;
/** A host nobody can be asked about is believed this long. */
const BELIEVED_UNASKED_MS = 7 * DAY_MS;
const PENDING_FIRST_MS = MINUTE_MS;
const PENDING_LONGEST_MS = 6 * HOUR_MS;
/** After this long without success a host is no longer looked after by itself. */
const PENDING_FOR_MS = 14 * DAY_MS;
const DANGLING_EVERY_MS = DAY_MS;
const DANGLING_FOR_MS = 30 * DAY_MS;

export const newDomainToken = (): string => randomBytes(24).toString('base64url');

export interface ExpectedRecord {
  readonly type: 'TXT' | 'CNAME';
  readonly name: string;
  readonly value: string;
}

/** The record that shows whose a host is. */
export const ownershipRecordOf = (host: string, token: string): ExpectedRecord => ({
  type: 'TXT',
  name: `_spine.${host}`,
  value: `spine-verification=${token}`,
});

/**
 * The record that brings a host's requests here. At the apex of a zone, where no CNAME may stand, what DNS providers
 * call ALIAS or ANAME does.
 */
export const routingRecordOf = (host: string, target: string): ExpectedRecord => ({
  type: 'CNAME',
  name: host,
  value: target,
});

/** What of a host's state a check looks at and changes. */
export interface DomainFacts {
  readonly status: DomainStatus;
  readonly misses: number;
  readonly createdAt: Date;
  readonly verifiedAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly nextCheckAt: Date | null;
}

export interface CheckedDomain extends Omit<DomainFacts, 'createdAt'> {
  readonly problem: DomainProblem | null;
  readonly checkedAt: Date;
}

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** Waits as long again as it has waited already, so that a record that is set late is still found soon. */
function nextPendingCheck(createdAt: Date, now: Date): Date | null {
  const age = now.getTime() - createdAt.getTime();
  return age < PENDING_FOR_MS ? after(now, Math.min(Math.max(age, PENDING_FIRST_MS), PENDING_LONGEST_MS)) : null;
}

/**
 * What a check makes of a host.
 * @param problem what was found wrong; null when both records are there
 */
export function afterCheck(facts: DomainFacts, problem: DomainProblem | null, now: Date): CheckedDomain {
  const { status, confirmedAt, verifiedAt } = facts;
  const checked = { ...facts, problem, checkedAt: now };
  if (problem === null) {
    return {
      ...checked,
      status: 'VERIFIED',
      misses: 0,
      verifiedAt: status === 'VERIFIED' ? verifiedAt : now,
      confirmedAt: now,
      nextCheckAt: after(now, VERIFIED_EVERY_MS),
    };
  }
  if (status === 'PENDING') return { ...checked, nextCheckAt: nextPendingCheck(facts.createdAt, now) };
  const unconfirmedMs = now.getTime() - (confirmedAt ?? facts.createdAt).getTime();
  if (status === 'DANGLING') {
    return { ...checked, nextCheckAt: unconfirmedMs < DANGLING_FOR_MS ? after(now, DANGLING_EVERY_MS) : null };
  }
  // A look before its time, which anybody in the company can ask for, must not hasten the end.
  const isDue = facts.nextCheckAt === null || facts.nextCheckAt <= now;
  if (!isDue) return checked;
  const misses = problem === 'NO_ANSWER' ? facts.misses : facts.misses + 1;
  const isGone = misses >= MISSES_UNTIL_DANGLING || unconfirmedMs >= BELIEVED_UNASKED_MS;
  return isGone ? dangling(checked, now) : { ...checked, misses, nextCheckAt: after(now, MISSED_AGAIN_AFTER_MS) };
}

/** A host whose proof is gone: it resolves no more, and is looked at now and then in case it comes back. */
export const dangling = <Facts extends DomainFacts>(facts: Facts, now: Date) => ({
  ...facts,
  status: 'DANGLING' as const,
  misses: 0,
  nextCheckAt: after(now, DANGLING_EVERY_MS),
});
