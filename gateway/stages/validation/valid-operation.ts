import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { BoundedOperation } from '../limits/limits.js';

/** An operation that fits the schema of one generation of the supergraph. */
export interface ValidOperation extends BoundedOperation {
  readonly generation: SupergraphGeneration;
  readonly document: DocumentNode;
  /** The operation of the document that is asked for. */
  readonly definition: OperationDefinitionNode;
}
