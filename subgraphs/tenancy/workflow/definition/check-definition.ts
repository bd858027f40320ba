import type { FieldIssue } from '../../../_kernel/errors/domain-error.js';
import { parseExpression } from '../expression/expression.js';
import { WORKFLOW_ROOTS, type WorkflowDefinition, type WorkflowStep } from './definition.js';
import { OVERDUE, type StepTypes } from './step-types.js';

const issue = (field: string, message: string): FieldIssue => ({ field, message });

const outcomesOf = (step: WorkflowStep, types: StepTypes): readonly string[] => types.get(step.type)?.outcomes ?? [];
const natureOf = (step: WorkflowStep, types: StepTypes) => types.get(step.type)?.nature;

function problemsOfStep(step: WorkflowStep, at: string, types: StepTypes): readonly FieldIssue[] {
  const type = types.get(step.type);
  if (!type) return [issue(`${at}.type`, `must be one of ${[...types.keys()].join(', ')}`)];
  const problems: FieldIssue[] = [];
  const config = type.config.safeParse(step.config);
  for (const { path, message } of config.error?.issues ?? []) {
    problems.push(issue([at, 'config', ...path.map(String)].join('.'), message));
  }
  const hasSomebody = step.assignee !== undefined || step.candidateRoles.length > 0;
  if (type.nature === 'TASK' && !hasSomebody) {
    problems.push(issue(`${at}.candidateRoles`, 'somebody must be able to do it: name roles or an assignee'));
  }
  if (type.nature !== 'TASK' && (hasSomebody || step.due)) {
    problems.push(issue(at, 'nobody does it, so it has no assignee, roles or due date'));
  }
  return problems;
}

function problemsOfTransition(
  { from, on, to, when }: WorkflowDefinition['transitions'][number],
  at: string,
  steps: ReadonlyMap<string, WorkflowStep>,
  types: StepTypes,
): readonly FieldIssue[] {
  const problems: FieldIssue[] = [];
  const step = steps.get(from);
  if (!step) problems.push(issue(`${at}.from`, 'is no step of it'));
  if (!steps.has(to)) problems.push(issue(`${at}.to`, 'is no step of it'));
  const isOverdue = on === OVERDUE && step?.due !== undefined;
  if (step && !isOverdue && !outcomesOf(step, types).includes(on)) {
    problems.push(issue(`${at}.on`, `is no outcome of ${from}: ${outcomesOf(step, types).join(', ') || 'it has none'}`));
  }
  const guard = when === undefined ? null : parseExpression(when, WORKFLOW_ROOTS);
  if (guard?.ok === false) problems.push(issue(`${at}.when`, guard.message));
  return problems;
}

/** Every way a step can end must lead somewhere whatever the guards say, and nothing may stand behind that. */
function problemsOfExits(step: WorkflowStep, at: string, definition: WorkflowDefinition, types: StepTypes): readonly FieldIssue[] {
  const problems: FieldIssue[] = [];
  const optional = step.due ? [OVERDUE] : [];
  for (const outcome of [...outcomesOf(step, types), ...optional]) {
    const exits = definition.transitions.filter(({ from, on }) => from === step.key && on === outcome);
    if (exits.length === 0 && optional.includes(outcome)) continue;
    const always = exits.findIndex(({ when }) => when === undefined);
    if (always === -1) problems.push(issue(at, `nothing comes after ${outcome} when no guard holds`));
    else if (always < exits.length - 1) problems.push(issue(at, `transitions after ${outcome} stand behind one that is always taken`));
  }
  return problems;
}

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, at) => names.indexOf(name) !== at);

/** Everything that can be reached from somewhere, itself included. */
function reach(from: readonly string[], next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set(from);
  for (const key of seen) for (const to of next.get(key) ?? []) seen.add(to);
  return seen;
}

function edges(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const [from, to] of pairs) map.set(from, [...(map.get(from) ?? []), to]);
  return map;
}

function problemsOfGraph(definition: WorkflowDefinition, types: StepTypes): readonly FieldIssue[] {
  const { steps, transitions, start } = definition;
  const pairs = transitions.map(({ from, to }) => [from, to] as const);
  const ends = steps.filter((step) => natureOf(step, types) === 'END').map(({ key }) => key);
  const effects = new Set(steps.filter((step) => natureOf(step, types) === 'EFFECT').map(({ key }) => key));
  const reached = reach([start], edges(pairs));
  const ending = reach(ends, edges(pairs.map(([from, to]) => [to, from] as const)));
  const atOnce = edges(pairs.filter(([from, to]) => effects.has(from) && effects.has(to)));
  const problems: FieldIssue[] = ends.length === 0 ? [issue('steps', 'it needs a step of type END')] : [];
  for (const [at, { key }] of steps.entries()) {
    if (!reached.has(key)) problems.push(issue(`steps.${at}`, `${key} is never reached`));
    if (ends.length > 0 && !ending.has(key)) problems.push(issue(`steps.${at}`, `no end is reached from ${key}`));
    if (reach(atOnce.get(key) ?? [], atOnce).has(key)) {
      problems.push(issue(`steps.${at}`, `${key} would come round again for ever, with nobody to wait for`));
    }
  }
  return problems;
}

/**
 * Everything that is wrong with a definition: names that lead nowhere, steps that are not configured as their kind asks,
 * guards that cannot be read, steps that are never reached or never end.
 * @returns empty for one that can run
 */
export function checkDefinition(definition: WorkflowDefinition, types: StepTypes): readonly FieldIssue[] {
  const { steps, transitions, start } = definition;
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const problems = [
    ...repeated(steps.map(({ key }) => key)).map((key) => issue('steps', `${key} is there twice`)),
    ...(byKey.has(start) ? [] : [issue('start', 'is no step of it')]),
    ...steps.flatMap((step, at) => problemsOfStep(step, `steps.${at}`, types)),
    ...transitions.flatMap((transition, at) => problemsOfTransition(transition, `transitions.${at}`, byKey, types)),
  ];
  if (problems.length > 0) return problems;
  return [
    ...steps.flatMap((step, at) => problemsOfExits(step, `steps.${at}`, definition, types)),
    ...problemsOfGraph(definition, types),
  ];
}
