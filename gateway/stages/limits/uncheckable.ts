import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** graphql-js keeps values in plain objects, where this name keeps none: such a variable would count as not given. */
const hasUnusableVariable = ({ variableDefinitions = [] }: OperationDefinitionNode): boolean =>
  variableDefinitions.some(({ variable }) => variable.name.value === '__proto__');

const dependsOnVariable = ({ directives = [] }: SelectionNode): boolean =>
  directives.some(
    ({ name, arguments: given = [] }) =>
      (name.value === 'skip' || name.value === 'include') && given.some(({ value }) => value.kind === Kind.VARIABLE),
  );

/** Whether a variable decides if an operation has the fields it begins with. */
function hasUncertainRoot({ definitions }: DocumentNode, { selectionSet }: OperationDefinitionNode): boolean {
  const fragments = new Map(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment.selectionSet]),
  );
  const isUncertain = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (dependsOnVariable(selection)) return true;
      if (selection.kind === Kind.FIELD) return false;
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value);
      return inner !== undefined && isUncertain(inner);
    });
  return isUncertain(selectionSet);
}

/**
 * What of a document validation would stumble over, instead of refusing it; null where there is nothing of that.
 * @param document without a fragment that spreads itself
 */
export function findUncheckable(document: DocumentNode): string | null {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (hasUnusableVariable(definition)) return 'A variable cannot be called __proto__';
    if (definition.operation === OperationTypeNode.SUBSCRIPTION && hasUncertainRoot(document, definition)) {
      return 'Whether a subscription has its field cannot depend on a variable';
    }
  }
  return null;
}
