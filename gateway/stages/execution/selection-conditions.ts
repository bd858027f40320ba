import { Kind, visit, type DocumentNode, type SelectionNode } from 'graphql';

/** Values of the variables that `@skip` and `@include` name. */
export type ConditionValues = Readonly<Record<string, unknown>>;

/** Whether a selection is asked for at all. */
export function selectionApplies(selection: SelectionNode, values: ConditionValues): boolean {
  for (const { name, arguments: args } of selection.directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const given = args?.find((argument) => argument.name.value === 'if')?.value;
    const holds =
      given?.kind === Kind.VARIABLE ? values[given.name.value] === true : given?.kind === Kind.BOOLEAN && given.value;
    if (holds === (name.value === 'skip')) return false;
  }
  return true;
}

/** Whether any part of the document may be left out. */
export function hasConditions(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      found ||= name.value === 'skip' || name.value === 'include';
    },
  });
  return found;
}

/** Names of the variables by which parts of the document come and go, sorted. */
export function conditionVariablesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: args }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
