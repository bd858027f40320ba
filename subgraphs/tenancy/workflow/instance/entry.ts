/** Somebody as a run knows her. */
export interface Actor {
  /** Her user id, or what else acts; null for nobody. */
  readonly id: string | null;
  readonly kind: string;
}

/** What a step was given, by field. */
export type StepData = Readonly<Record<string, unknown>>;

/** Where a run stands in a step, as it comes there. */
export interface Arrival {
  readonly step: string;
  /** Whose task it is; null for one that a role has, and for what is nobody's. */
  readonly assigneeId: string | null;
  readonly roles: readonly string[];
}

/**
 * What happens in a run, one after the other. Everything that is known of a run follows from its entries, so they say
 * what came of a thing, not only that it was asked for: a definition is not needed to replay them.
 */
export type EntryBody =
  | ({ readonly kind: 'STARTED'; readonly starterId: string | null; readonly input: StepData } & Arrival)
  | {
      readonly kind: 'ACTED';
      readonly step: string;
      readonly outcome: string;
      readonly data: StepData;
      readonly comment: string | null;
      /** Who acted, and for whom she did where the task was handed to her. */
      readonly by: string | null;
      readonly onBehalfOf: string | null;
      /** Whether she has a part in what is approved later. */
      readonly takesPart: boolean;
    }
  | ({ readonly kind: 'MOVED'; readonly from: string; readonly on: string } & Arrival)
  | { readonly kind: 'ASSIGNED'; readonly assigneeId: string | null; readonly delegatedBy: string | null }
  | { readonly kind: 'ESCALATED'; readonly roles: readonly string[] }
  | { readonly kind: 'ENDED'; readonly outcome: string }
  | { readonly kind: 'CANCELLED'; readonly reason: string }
  | ({ readonly kind: 'MIGRATED'; readonly fromVersion: number; readonly toVersion: number } & Arrival);

export type HistoryEntry = EntryBody & {
  /** From 1 on, without gaps. */
  readonly sequence: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly actor: Actor;
};

export interface Vote {
  readonly outcome: string;
  readonly by: string | null;
  readonly onBehalfOf: string | null;
}

export const RUN_STATUSES = ['RUNNING', 'ENDED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface RunState {
  readonly status: RunStatus;
  /** How it ended; null until it has, and when it was cancelled. */
  readonly outcome: string | null;
  readonly step: string;
  /** How many steps it has come to: tells one stay in a step from the next. */
  readonly visit: number;
  /** ISO 8601: when it came to the step it is in. */
  readonly enteredAt: string;
  readonly escalated: boolean;
  readonly assigneeId: string | null;
  readonly delegatedBy: string | null;
  readonly roles: readonly string[];
  readonly votes: readonly Vote[];
  readonly starterId: string | null;
  /** Whose work it is that gets approved. */
  readonly participants: readonly string[];
  readonly input: StepData;
  /** What steps were given last, by their keys. */
  readonly steps: Readonly<Record<string, StepData>>;
  /** How many entries made it: what whoever changes it must have seen. */
  readonly revision: number;
}

const arrived = ({ step, assigneeId, roles }: Arrival, visit: number, at: string) => ({
  step,
  assigneeId,
  roles,
  visit,
  enteredAt: at,
  escalated: false,
  delegatedBy: null,
  votes: [],
});

function acted(state: RunState, entry: HistoryEntry & { readonly kind: 'ACTED' }): RunState {
  const { by, onBehalfOf, outcome, step, data } = entry;
  const newcomers = entry.takesPart
    ? [by, onBehalfOf].filter((id): id is string => id !== null && !state.participants.includes(id))
    : [];
  return {
    ...state,
    // The next one of several may be anybody who may.
    assigneeId: state.delegatedBy === null ? state.assigneeId : null,
    delegatedBy: null,
    votes: [...state.votes, { outcome, by, onBehalfOf }],
    participants: [...state.participants, ...newcomers],
    steps: { ...state.steps, [step]: data },
  };
}

/**
 * What a run is after one more entry.
 * @param state null before the first
 * @throws {RangeError} for an entry that does not come next
 */
export function applyEntry(state: RunState | null, entry: HistoryEntry): RunState {
  const { sequence, at } = entry;
  if (sequence !== (state?.revision ?? 0) + 1) throw new RangeError(`Entry ${sequence} does not come next`);
  if (entry.kind === 'STARTED') {
    const { starterId, input } = entry;
    const participants = starterId === null ? [] : [starterId];
    return { status: 'RUNNING', outcome: null, ...arrived(entry, 1, at), starterId, participants, input, steps: {}, revision: 1 };
  }
  if (!state) throw new RangeError('Nothing has started yet');
  return { ...changed(state, entry), revision: sequence };
}

function changed(state: RunState, entry: Exclude<HistoryEntry, { readonly kind: 'STARTED' }>): RunState {
  switch (entry.kind) {
    case 'ACTED':
      return acted(state, entry);
    case 'MOVED':
    case 'MIGRATED':
      return { ...state, ...arrived(entry, state.visit + 1, entry.at) };
    case 'ASSIGNED':
      return { ...state, assigneeId: entry.assigneeId, delegatedBy: entry.delegatedBy };
    case 'ESCALATED':
      return { ...state, escalated: true, roles: [...new Set([...state.roles, ...entry.roles])], assigneeId: null, delegatedBy: null };
    case 'ENDED':
      return { ...state, status: 'ENDED', outcome: entry.outcome };
    case 'CANCELLED':
      return { ...state, status: 'CANCELLED' };
  }
}

/** What a run is after all that has happened in it. @throws {RangeError} for entries that are none of a run */
export function replay(entries: readonly HistoryEntry[]): RunState {
  let state: RunState | null = null;
  for (const entry of entries) state = applyEntry(state, entry);
  if (!state) throw new RangeError('A run begins with an entry');
  return state;
}
