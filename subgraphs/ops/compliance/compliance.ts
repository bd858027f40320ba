/** What auditors go by. */
export const FRAMEWORKS = ['SOC2'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/**
 * MET and NOT_MET as the rule of the control says of its evidence; NO_EVIDENCE where nothing happened that could be
 * judged; BY_PEOPLE for what the platform cannot know, and does not claim.
 */
export const CONTROL_STATUSES = ['MET', 'NOT_MET', 'NO_EVIDENCE', 'BY_PEOPLE'] as const;
export type ControlStatus = (typeof CONTROL_STATUSES)[number];

export const UNITS = ['COUNT', 'SHARE', 'SECONDS', 'DAYS'] as const;
export type Unit = (typeof UNITS)[number];

/** One measured fact. */
export interface Fact {
  readonly measure: string;
  /** Null where there is nothing to measure. */
  readonly value: number | null;
  readonly unit: Unit;
}

export interface SignInEvidence {
  /** Members that are more than clients, and staff that signed in. */
  readonly privileged: number;
  /** Of those, how many signed in. */
  readonly signedIn: number;
  /** Of these, how many by two factors the last time. */
  readonly byTwoFactors: number;
  /** Privileged members who neither signed in nor were given a role in that while. */
  readonly dormant: number;
}

export interface AccessEvidence {
  readonly roleChanges: number;
  readonly removed: number;
  /** Sign-ins of somebody whose membership had been removed before. */
  readonly signInsAfterRemoval: number;
}

export interface AuditLogEvidence {
  readonly logs: number;
  readonly entriesSigned: number;
  /** Of the newest entries, those whose hash was computed anew. */
  readonly entriesRecomputed: number;
  readonly problems: number;
  /** Age of the oldest entry that is under no signature yet; null without any. */
  readonly oldestWaitingSeconds: number | null;
}

export interface IncidentEvidence {
  readonly raised: number;
  readonly meanSecondsToAcknowledge: number | null;
  readonly meanSecondsToResolve: number | null;
  /** Nobody took them on for a day. */
  readonly unacknowledged: number;
  /** They have gone on for a week. */
  readonly lasting: number;
}

export interface PrivacyEvidence {
  readonly asked: number;
  readonly answered: number;
  /** Asked a month ago or earlier, and neither answered nor withdrawn. */
  readonly overdue: number;
}

export interface ProcessingEvidence {
  readonly requests: number;
  readonly failed: number;
  /** Events that a part of the platform could not deal with. */
  readonly deadLetters: number;
}

/** What only the platform as a whole has. */
export interface PlatformEvidence {
  readonly auditKeyAgeDays: number | null;
  readonly tokenKeyAgeDays: number | null;
  readonly componentsWatched: number;
  readonly componentsUnwell: number;
  readonly flagChanges: number;
  /** Of flags that take a second person. */
  readonly approvedChanges: number;
  readonly unapprovedChanges: number;
}

/** Counted at the moment of asking. */
export interface Evidence {
  readonly signIns: SignInEvidence;
  readonly access: AccessEvidence;
  readonly auditLog: AuditLogEvidence;
  readonly incidents: IncidentEvidence;
  readonly privacy: PrivacyEvidence;
  readonly processing: ProcessingEvidence;
  /** Null in a company's own report. */
  readonly platform: PlatformEvidence | null;
}

export interface Control {
  readonly key: string;
  /** Trust Services Criteria (AICPA, 2017) that it serves. */
  readonly criteria: readonly string[];
  readonly title: string;
  /** When it is met, in words. */
  readonly rule: string;
  readonly status: ControlStatus;
  readonly facts: readonly Fact[];
}

/** A control whose evidence is there. */
interface Judged {
  readonly status: ControlStatus;
  readonly facts: readonly Fact[];
}

interface Definition extends Omit<Control, keyof Judged> {
  /** Null where the report's reach has no evidence of it. */
  readonly judge: (evidence: Evidence) => Judged | null;
}

const KEY_AGE_DAYS = 365;
const MOST_FAILING = 0.01;
const WAITING_SECONDS = 3_600;

const count = (measure: string, value: number): Fact => ({ measure, value, unit: 'COUNT' });
const seconds = (measure: string, value: number | null): Fact => ({ measure, value, unit: 'SECONDS' });
const days = (measure: string, value: number | null): Fact => ({ measure, value, unit: 'DAYS' });
const share = (measure: string, part: number, whole: number): Fact => ({
  measure,
  value: whole === 0 ? null : part / whole,
  unit: 'SHARE',
});

/** @param isEvident whether anything happened that could be judged */
const judged = (isEvident: boolean, holds: boolean, facts: readonly Fact[]): Judged => ({
  status: isEvident ? (holds ? 'MET' : 'NOT_MET') : 'NO_EVIDENCE',
  facts,
});

const byPeople: Definition['judge'] = ({ platform }) => platform && { status: 'BY_PEOPLE', facts: [] };

const SOC2: readonly Definition[] = [
  {
    key: 'two-factors',
    criteria: ['CC6.1'],
    title: 'Whoever may more than a client signs in by two factors',
    rule: 'Met when the last sign-in of everybody who signed in and is more than a client was by two factors.',
    judge: ({ signIns: { signedIn, byTwoFactors } }) =>
      judged(signedIn > 0, byTwoFactors === signedIn, [
        count('people who signed in', signedIn),
        share('of them by two factors', byTwoFactors, signedIn),
      ]),
  },
  {
    key: 'removed-access',
    criteria: ['CC6.2', 'CC6.3'],
    title: 'Access that was taken away stays so',
    rule: 'Met when nobody signed in at a company after having been removed from it.',
    judge: ({ access: { roleChanges, removed, signInsAfterRemoval } }) =>
      judged(removed > 0, signInsAfterRemoval === 0, [
        count('changes of roles and memberships', roleChanges),
        count('memberships removed', removed),
        count('sign-ins after removal', signInsAfterRemoval),
      ]),
  },
  {
    key: 'access-review',
    criteria: ['CC6.3'],
    title: 'Nobody keeps access that she does not use',
    rule: 'Met when everybody who is more than a client has signed in, or was given a role, in that while.',
    judge: ({ signIns: { privileged, dormant } }) =>
      judged(privileged > 0, dormant === 0, [
        count('people who are more than clients', privileged),
        count('of them without a sign-in', dormant),
      ]),
  },
  {
    key: 'keys',
    criteria: ['CC6.1', 'CC6.7'],
    title: 'Signing keys are renewed',
    rule: `Met when no key that is known here is older than ${KEY_AGE_DAYS} days.`,
    judge: ({ platform }) => {
      if (!platform) return null;
      const ages = [platform.auditKeyAgeDays, platform.tokenKeyAgeDays].filter((age) => age !== null);
      return judged(ages.length > 0, ages.every((age) => age <= KEY_AGE_DAYS), [
        days('age of the key of the audit log', platform.auditKeyAgeDays),
        days('since keys of tokens were last rotated by hand', platform.tokenKeyAgeDays),
      ]);
    },
  },
  {
    key: 'monitoring',
    criteria: ['CC7.1', 'A1.1'],
    title: 'Components are watched',
    rule: 'Met when components were looked at in the last ten minutes, and every one of them was well.',
    judge: ({ platform }) =>
      platform &&
      judged(platform.componentsWatched > 0, platform.componentsUnwell === 0, [
        count('components watched', platform.componentsWatched),
        count('of them unwell', platform.componentsUnwell),
      ]),
  },
  {
    key: 'audit-log',
    criteria: ['CC7.2'],
    title: 'What was done is on record, and the record is intact',
    rule: 'Met when every head carries the signature of the log, leads to the entries that are kept, and no entry waits for a signature for more than an hour.',
    judge: ({ auditLog: { logs, entriesSigned, entriesRecomputed, problems, oldestWaitingSeconds } }) =>
      judged(logs > 0 || oldestWaitingSeconds !== null, problems === 0 && (oldestWaitingSeconds ?? 0) <= WAITING_SECONDS, [
        count('logs', logs),
        count('entries under a signature', entriesSigned),
        count('of the newest, recomputed now', entriesRecomputed),
        count('problems', problems),
        seconds('age of the oldest entry that waits', oldestWaitingSeconds),
      ]),
  },
  {
    key: 'incidents-evaluated',
    criteria: ['CC7.3'],
    title: 'Incidents are looked at',
    rule: 'Met when nobody leaves an incident for more than a day without taking it on.',
    judge: ({ incidents: { raised, meanSecondsToAcknowledge, unacknowledged } }) =>
      judged(raised > 0, unacknowledged === 0, [
        count('incidents', raised),
        seconds('mean time to acknowledge', meanSecondsToAcknowledge),
        count('not taken on for a day', unacknowledged),
      ]),
  },
  {
    key: 'incidents-resolved',
    criteria: ['CC7.4', 'CC7.5'],
    title: 'Incidents come to an end',
    rule: 'Met when no incident has gone on for more than a week.',
    judge: ({ incidents: { raised, meanSecondsToResolve, lasting } }) =>
      judged(raised > 0, lasting === 0, [
        count('incidents', raised),
        seconds('mean time to resolve', meanSecondsToResolve),
        count('going on for a week', lasting),
      ]),
  },
  {
    key: 'four-eyes',
    criteria: ['CC8.1'],
    title: 'Changes that matter take two people',
    rule: 'Met when no flag that takes a second person was changed without one; a kill switch may be, for an emergency.',
    judge: ({ platform }) =>
      platform &&
      judged(platform.approvedChanges + platform.unapprovedChanges > 0, platform.unapprovedChanges === 0, [
        count('changes of flags', platform.flagChanges),
        count('approved by a second person', platform.approvedChanges),
        count('without, where one is needed', platform.unapprovedChanges),
      ]),
  },
  {
    key: 'backups',
    criteria: ['A1.2', 'A1.3'],
    title: 'Backups are made, and restored by way of trial',
    rule: 'The platform does not see its own backups: whoever runs it has to show them.',
    judge: byPeople,
  },
  {
    key: 'processing',
    criteria: ['PI1.3', 'A1.1'],
    title: 'What is asked for is done',
    rule: `Met when at most ${MOST_FAILING * 100} % of requests failed, and no event is left that could not be dealt with.`,
    judge: ({ processing: { requests, failed, deadLetters } }) =>
      judged(requests > 0 || deadLetters > 0, deadLetters === 0 && failed <= requests * MOST_FAILING, [
        count('requests', requests),
        share('of them failed', failed, requests),
        count('events that could not be dealt with', deadLetters),
      ]),
  },
  {
    key: 'privacy-requests',
    criteria: ['P4.3', 'P5.1'],
    title: 'Whoever asks for her data, or to be forgotten, is answered',
    rule: 'Met when no request has waited for more than a month.',
    judge: ({ privacy: { asked, answered, overdue } }) =>
      judged(asked > 0, overdue === 0, [count('requests', asked), count('answered', answered), count('overdue', overdue)]),
  },
];

const DEFINITIONS: Readonly<Record<Framework, readonly Definition[]>> = { SOC2 };

/** The controls of a framework that the evidence speaks of, each judged by its rule. */
export const controlsOf = (framework: Framework, evidence: Evidence): readonly Control[] =>
  DEFINITIONS[framework].flatMap(({ judge, ...control }) => {
    const verdict = judge(evidence);
    return verdict ? [{ ...control, ...verdict }] : [];
  });
