import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';
import { stepOf, WORKFLOW_ROOTS, type WorkflowDefinition, type WorkflowStep } from '../definition/definition.js';
import { OVERDUE, type AwaitedEvent, type StepType, type StepTypes } from '../definition/step-types.js';
import { holds, parseExpression } from '../expression/expression.js';
import { applyEntry, type Actor, type Arrival, type EntryBody, type HistoryEntry, type RunState, type StepData } from './entry.js';

/** A version of a workflow with what its steps can be. */
export interface Blueprint {
  readonly definition: WorkflowDefinition;
  readonly types: StepTypes;
}

/** A person at a task. */
export interface Person extends Actor {
  readonly id: string;
  readonly roles: readonly string[];
}

/** What somebody, the clock or the platform wants of a run. */
export type Command =
  | {
      readonly do: 'ACT';
      readonly person: Person;
      readonly outcome: string;
      readonly data: StepData;
      readonly comment: string | null;
    }
  | { readonly do: 'CLAIM' | 'RELEASE'; readonly person: Person }
  | { readonly do: 'DELEGATE'; readonly person: Person; readonly to: string }
  /** Time has passed. */
  | { readonly do: 'WAKE' }
  /** What the platform had to do in the visit is done. */
  | { readonly do: 'FINISH'; readonly visit: number }
  /** Something has happened to whom or what it is about. */
  | { readonly do: 'HAPPEN'; readonly event: AwaitedEvent }
  | { readonly do: 'CANCEL'; readonly reason: string };

const MINUTE_MS = 60_000;

/** A step with its kind. @throws {NotFoundError} for a step or kind that is not there */
export function typedStep({ definition, types }: Blueprint, key: string): { readonly step: WorkflowStep; readonly type: StepType } {
  const step = stepOf(definition, key);
  const type = step && types.get(step.type);
  if (!step || !type) throw new NotFoundError('Step');
  return { step, type };
}

/** What guards and texts can name. */
export const factsOf = (state: RunState) => ({
  input: state.input,
  steps: state.steps,
  run: { starterId: state.starterId, step: state.step, outcome: state.outcome },
});

export const arrivalOf = (step: WorkflowStep, starterId: string | null): Arrival => ({
  step: step.key,
  assigneeId: step.assignee === 'STARTER' ? starterId : (step.assignee ?? null),
  roles: step.candidateRoles,
});

const isTrue = (guard: string, facts: unknown): boolean => {
  const parsed = parseExpression(guard, WORKFLOW_ROOTS);
  return parsed.ok && holds(parsed.expression, facts);
};

/** Where a run would go when its step ended with an outcome; null when that leads nowhere. */
export function nextStep({ definition }: Blueprint, state: RunState, outcome: string): WorkflowStep | null {
  const facts = factsOf(state);
  const transition = definition.transitions.find(
    ({ from, on, when }) => from === state.step && on === outcome && (when === undefined || isTrue(when, facts)),
  );
  return (transition && stepOf(definition, transition.to)) ?? null;
}

/** Whether the words with which the present step can end. Empty where no person ends it. */
export function allowedOutcomes(blueprint: Blueprint, state: RunState): readonly string[] {
  if (state.status !== 'RUNNING') return [];
  const { type } = typedStep(blueprint, state.step);
  return type.nature === 'TASK' ? type.outcomes : [];
}

/** Whether a task is hers to do: it is given to her, or to nobody and she has one of its roles. */
export const isHers = ({ assigneeId, roles }: RunState, person: Pick<Person, 'id' | 'roles'>): boolean =>
  assigneeId === null ? roles.some((role) => person.roles.includes(role)) : assigneeId === person.id;

const needsOtherEyes = (type: StepType): boolean => type.votesNeeded !== undefined;

/** Why somebody must not approve, though the task is hers; null when she may. */
export function partInIt(state: RunState, personId: string): string | null {
  const represented = [personId, ...(state.assigneeId === personId && state.delegatedBy !== null ? [state.delegatedBy] : [])];
  if (represented.some((id) => state.participants.includes(id))) return 'Somebody who has no part in it must decide this';
  const hasVoted = state.votes.some(({ by, onBehalfOf }) => represented.some((id) => id === by || id === onBehalfOf));
  return hasVoted ? 'Somebody else must decide this, too' : null;
}

function requireHers(blueprint: Blueprint, state: RunState, person: Person): StepType {
  const { type } = typedStep(blueprint, state.step);
  if (type.nature !== 'TASK') throw new InvalidTransitionError(state.step, state.step, 'Nobody is waited for in this step');
  if (!isHers(state, person)) throw new ForbiddenError('This task is not yours');
  const reason = needsOtherEyes(type) ? partInIt(state, person.id) : null;
  if (reason !== null) throw new ForbiddenError(reason);
  return type;
}

/** What comes of an outcome that counts. */
function move(blueprint: Blueprint, state: RunState, outcome: string): readonly EntryBody[] {
  const to = nextStep(blueprint, state, outcome);
  if (!to) throw new InvalidTransitionError(state.step, outcome, `Nothing comes after ${outcome} here`);
  const moved: EntryBody = { kind: 'MOVED', from: state.step, on: outcome, ...arrivalOf(to, state.starterId) };
  const { type, step } = typedStep(blueprint, to.key);
  if (type.nature !== 'END') return [moved];
  const { outcome: end } = step.config as { readonly outcome: string };
  return [moved, { kind: 'ENDED', outcome: end }];
}

function act(blueprint: Blueprint, state: RunState, command: Command & { readonly do: 'ACT' }, stamp: Stamp): readonly EntryBody[] {
  const { person, outcome, data, comment } = command;
  const type = requireHers(blueprint, state, person);
  const { step } = typedStep(blueprint, state.step);
  if (!type.outcomes.includes(outcome)) {
    throw new InvalidTransitionError(state.step, outcome, `This step ends with ${type.outcomes.join(' or ')}, not with ${outcome}`);
  }
  const config = type.config.parse(step.config);
  const issues = type.check?.(config, outcome, data) ?? [];
  if (issues.length > 0) throw new ValidationError(issues);
  const entry: EntryBody = {
    kind: 'ACTED',
    step: state.step,
    outcome,
    data,
    comment,
    by: person.id,
    onBehalfOf: state.assigneeId === person.id ? state.delegatedBy : null,
    takesPart: type.takesPart ?? false,
  };
  const after = applyEntry(state, stamp(entry, state.revision + 1));
  const votes = after.votes.filter((vote) => vote.outcome === outcome).length;
  const counts = votes >= (type.votesNeeded?.(config, outcome) ?? 1);
  return counts ? [entry, ...move(blueprint, after, outcome)] : [entry];
}

function wake(blueprint: Blueprint, state: RunState, now: Date): readonly EntryBody[] {
  const at = wakeAt(blueprint, state);
  if (at === null || at > now) return [];
  const { step, type } = typedStep(blueprint, state.step);
  if (type.nature === 'TIMER') return move(blueprint, state, 'ELAPSED');
  if (nextStep(blueprint, state, OVERDUE)) return move(blueprint, state, OVERDUE);
  return [{ kind: 'ESCALATED', roles: step.due?.escalateTo ?? [] }];
}

/** Who has a task from now on. */
function assign(blueprint: Blueprint, state: RunState, command: Command & { readonly do: 'CLAIM' | 'RELEASE' | 'DELEGATE' }): EntryBody {
  const { person } = command;
  if (command.do === 'RELEASE') {
    if (state.assigneeId !== person.id) throw new ForbiddenError('This task is not yours');
    if (state.roles.length === 0) throw new ConflictError('Nobody else could do this task; delegate it instead');
    return { kind: 'ASSIGNED', assigneeId: null, delegatedBy: null };
  }
  requireHers(blueprint, state, person);
  if (command.do === 'DELEGATE') {
    if (command.to === person.id) throw ValidationError.of('to', 'must be somebody else');
    return { kind: 'ASSIGNED', assigneeId: command.to, delegatedBy: state.delegatedBy ?? person.id };
  }
  if (state.assigneeId !== null) throw new ConflictError('Somebody has this task already');
  return { kind: 'ASSIGNED', assigneeId: person.id, delegatedBy: null };
}

/** When time alone moves a run on; null when it never does. */
export function wakeAt(blueprint: Blueprint, state: RunState): Date | null {
  if (state.status !== 'RUNNING') return null;
  const { step, type } = typedStep(blueprint, state.step);
  const after = (minutes: number): Date => new Date(Date.parse(state.enteredAt) + minutes * MINUTE_MS);
  if (type.nature === 'TIMER') return after((step.config as { readonly minutes: number }).minutes);
  if (!step.due || state.escalated) return null;
  const leads = step.due.escalateTo.length > 0 || nextStep(blueprint, state, OVERDUE) !== null;
  return leads ? after(step.due.minutes) : null;
}

/** What a run waits for to happen; null when it waits for nothing of the kind. */
export function awaits(blueprint: Blueprint, state: RunState): AwaitedEvent | null {
  const { step, type } = typedStep(blueprint, state.step);
  return type.nature === 'EVENT' ? (step.config as { readonly event: AwaitedEvent }).event : null;
}

type Stamp = (body: EntryBody, sequence: number) => HistoryEntry;

function bodiesOf(blueprint: Blueprint, state: RunState, command: Command, now: Date, stamp: Stamp): readonly EntryBody[] {
  switch (command.do) {
    case 'ACT':
      return act(blueprint, state, command, stamp);
    case 'CLAIM':
    case 'RELEASE':
    case 'DELEGATE':
      return [assign(blueprint, state, command)];
    case 'WAKE':
      return wake(blueprint, state, now);
    case 'FINISH':
      return command.visit === state.visit && typedStep(blueprint, state.step).type.nature === 'EFFECT'
        ? move(blueprint, state, 'DONE')
        : [];
    case 'HAPPEN':
      return awaits(blueprint, state) === command.event ? move(blueprint, state, 'HAPPENED') : [];
    case 'CANCEL':
      return [{ kind: 'CANCELLED', reason: command.reason }];
  }
}

const actorOf = (command: Command, otherwise: Actor): Actor => ('person' in command ? { id: command.person.id, kind: command.person.kind } : otherwise);

/**
 * What a command makes of a run.
 * @param actor who is recorded for what no person does at a task
 * @returns the entries to add, in order; none when there is nothing to do (any more)
 * @throws {InvalidTransitionError} for a run that is over, or an outcome that the step does not have
 * @throws {ForbiddenError} for a task that is somebody else's, or that somebody without a part in it must do
 * @throws {ValidationError} for data that the step does not take
 */
export function decide(blueprint: Blueprint, state: RunState, command: Command, now: Date, actor: Actor): readonly HistoryEntry[] {
  if (state.status !== 'RUNNING') {
    if (command.do === 'WAKE' || command.do === 'FINISH' || command.do === 'HAPPEN') return [];
    throw new InvalidTransitionError(state.status, 'RUNNING', 'This workflow is over');
  }
  const stamp: Stamp = (body, sequence) => ({ ...body, sequence, at: now.toISOString(), actor: actorOf(command, actor) });
  return bodiesOf(blueprint, state, command, now, stamp).map((body, at) => stamp(body, state.revision + 1 + at));
}

/** The first entry of a run. */
export function begin(
  { definition, types }: Blueprint,
  of: { readonly starterId: string | null; readonly input: StepData; readonly actor: Actor },
  now: Date,
): HistoryEntry {
  const { step } = typedStep({ definition, types }, definition.start);
  const { starterId, input, actor } = of;
  return { kind: 'STARTED', starterId, input, ...arrivalOf(step, starterId), sequence: 1, at: now.toISOString(), actor };
}
