import {
  executeSync,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ValidOperation } from '../validation/valid-operation.js';
import type { JsonObject } from './json.js';

/** Root fields that ask about the schema itself, wherever fragments put them. */
function introspectionFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): readonly FieldNode[] {
  const found: FieldNode[] = [];
  const walk = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '__schema' || selection.name.value === '__type') found.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      else {
        const fragment = document.definitions.find(
          (definition) =>
            definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) walk(fragment.selectionSet);
      }
    }
  };
  walk(operation.selectionSet);
  return found;
}

const NONE: JsonObject = {};

/** Finds once per operation whether it asks about the schema, and answers that part of it from the schema. */
export function compileIntrospection(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (valid: ValidOperation) => JsonObject {
  const fields = operation.operation === OperationTypeNode.QUERY ? introspectionFieldsOf(document, operation) : [];
  if (fields.length === 0) return () => NONE;
  const asked: DocumentNode = {
    ...document,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: fields } },
      ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION),
    ],
  };
  return ({ generation, variables }) =>
    executeSync({ schema: generation.apiSchema, document: asked, variableValues: variables }).data ?? NONE;
}
