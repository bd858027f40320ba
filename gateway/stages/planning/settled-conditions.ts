import { getOperationAST, Kind, visit, type DocumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { selectionApplies, type ConditionValues } from '../execution/selection-conditions.js';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const isCondition = ({ name }: { readonly name: { readonly value: string } }): boolean =>
  name.value === 'skip' || name.value === 'include';

const without = <T extends SelectionNode>(selection: T): T => ({
  ...selection,
  directives: (selection.directives ?? []).filter((directive) => !isCondition(directive)),
});

/**
 * The document with `@skip` and `@include` carried out for these values. The planner is not left to do it: it
 * makes what a field requires depend on that field's condition, and then joins nothing else of the same subgraph
 * when the condition does not hold; and it forgets conditions below others.
 * @returns null when nothing of the operation is left to fetch
 */
export function settleConditions(
  document: DocumentNode,
  operationName: string | undefined,
  values: ConditionValues,
): DocumentNode | null {
  const applying = ({ selections }: SelectionSetNode): readonly SelectionNode[] =>
    selections.filter((selection) => selectionApplies(selection, values)).map(without);
  const operation = getOperationAST(document, operationName);
  if (!operation || applying(operation.selectionSet).length === 0) return null;
  return visit(document, {
    SelectionSet: (set) => {
      const selections = applying(set);
      // Of an object nothing is asked any more, but whether it is there still counts.
      return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] };
    },
  });
}
