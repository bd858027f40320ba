import { isDeepStrictEqual } from 'node:util';
import type { WorkflowDefinition } from './definition.js';

/** One way in which a version differs from another. */
export interface DefinitionChange {
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED';
  /** What it is in: a step by its key, a transition as `from -OUTCOME-> to`, or a property of the whole. */
  readonly what: 'STEP' | 'TRANSITION' | 'PROPERTY';
  readonly name: string;
  /** Properties that differ; empty for what was added or removed. */
  readonly properties: readonly string[];
}

type Named = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const differing = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();

function changesOf(what: DefinitionChange['what'], before: Named, after: Named): readonly DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const [name, was] of before) {
    const is = after.get(name);
    const properties = is ? differing(was, is) : [];
    if (!is) changes.push({ change: 'REMOVED', what, name, properties: [] });
    else if (properties.length > 0) changes.push({ change: 'CHANGED', what, name, properties });
  }
  for (const name of after.keys()) if (!before.has(name)) changes.push({ change: 'ADDED', what, name, properties: [] });
  return changes;
}

const stepsOf = ({ steps }: WorkflowDefinition): Named => new Map(steps.map((step) => [step.key, step]));

/** Transitions between the same steps on the same outcome are told apart by their order, which decides between them. */
function transitionsOf({ transitions }: WorkflowDefinition): Named {
  const named = new Map<string, Readonly<Record<string, unknown>>>();
  for (const transition of transitions) {
    const name = `${transition.from} -${transition.on}-> ${transition.to}`;
    let unique = name;
    for (let count = 2; named.has(unique); count += 1) unique = `${name} (${count})`;
    const rank = transitions.filter(({ from, on }) => from === transition.from && on === transition.on).indexOf(transition);
    named.set(unique, { when: transition.when, rank });
  }
  return named;
}

const PROPERTIES = ['key', 'name', 'description', 'entityType', 'start'] as const;
const propertiesOf = (definition: WorkflowDefinition): Named =>
  new Map(PROPERTIES.map((name) => [name, { value: definition[name] }]));

/** How a definition has become another. */
export const diffDefinitions = (before: WorkflowDefinition, after: WorkflowDefinition): readonly DefinitionChange[] => [
  ...changesOf('PROPERTY', propertiesOf(before), propertiesOf(after)),
  ...changesOf('STEP', stepsOf(before), stepsOf(after)),
  ...changesOf('TRANSITION', transitionsOf(before), transitionsOf(after)),
];
