import { ValidationError } from '../../../_kernel/errors/domain-error.js';
import { allowedOutcomes, awaits, begin, decide, typedStep, wakeAt, type Blueprint, type Command } from './engine.js';
import { applyEntry, type HistoryEntry, type RunState, type StepData } from './entry.js';

/** What a person is taken to do at the next task. */
export interface SimulatedAct {
  readonly outcome: string;
  readonly data: StepData;
}

export interface Simulation {
  /** Steps in the order it comes to them. */
  readonly path: readonly string[];
  readonly entries: readonly HistoryEntry[];
  readonly state: RunState;
  /** Minutes that would pass in timers. */
  readonly minutes: number;
}

const MOST_STEPS = 1_000;

/** Everybody in turn may do everything, so that no approval waits for eyes that a simulation does not have. */
const somebody = (state: RunState, at: number) => ({
  id: state.assigneeId ?? `somebody-${at}`,
  kind: 'member',
  roles: state.roles,
});

/**
 * Runs a definition without anything happening: tasks are done as is said, timers pass and what is awaited happens at once, and
 * nothing is sent.
 * @param acts what is done at one task after the other; it stops where there is no more of it
 * @throws {ValidationError} on `acts` for what a task does not take
 */
export function simulate(blueprint: Blueprint, input: StepData, acts: readonly SimulatedAct[], start: Date): Simulation {
  const actor = { id: null, kind: 'system' };
  const first = begin(blueprint, { starterId: null, input, actor }, start);
  const entries = [first];
  let state = applyEntry(null, first);
  let now = start;
  let done = 0;

  const commandAt = (): Command | null => {
    const { type } = typedStep(blueprint, state.step);
    if (type.nature === 'EFFECT') return { do: 'FINISH', visit: state.visit };
    if (type.nature === 'TIMER') return { do: 'WAKE' };
    const event = awaits(blueprint, state);
    if (event !== null) return { do: 'HAPPEN', event };
    const act = acts[done];
    return act ? { do: 'ACT', person: somebody(state, done), comment: null, ...act } : null;
  };

  while (state.status === 'RUNNING' && entries.length < MOST_STEPS) {
    const command = commandAt();
    if (!command) break;
    if (command.do === 'WAKE') now = wakeAt(blueprint, state) ?? now;
    if (command.do === 'ACT' && !allowedOutcomes(blueprint, state).includes(command.outcome)) {
      throw ValidationError.of(`acts.${done}.outcome`, `must be one of ${allowedOutcomes(blueprint, state).join(', ')} in ${state.step}`);
    }
    for (const entry of decide(blueprint, state, command, now, actor)) {
      state = applyEntry(state, entry);
      entries.push(entry);
    }
    if (command.do === 'ACT') done += 1;
  }
  const path = entries.flatMap((entry) => (entry.kind === 'STARTED' || entry.kind === 'MOVED' ? [entry.step] : []));
  return { path, entries, state, minutes: Math.round((now.getTime() - start.getTime()) / 60_000) };
}
