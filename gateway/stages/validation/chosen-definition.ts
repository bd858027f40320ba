import { Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql';

/** The operation that is meant: the one named, or the first where none is. */
export const chosenDefinition = (document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined =>
  document.definitions.find(
    (part): part is OperationDefinitionNode =>
      part.kind === Kind.OPERATION_DEFINITION && (!name || part.name?.value === name),
  );
