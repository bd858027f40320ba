import { Kind, OperationTypeNode, visit, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { SubgraphRequest } from '../wire/subgraph-endpoint.js';
import { cursorOf } from './event-loaders.js';

/** The argument that every subscription which can be resumed has. */
const ARGUMENT = 'after';

/** The document with the cursor it is to go on behind as the argument of its field, in place of any it had. */
export function resumedAfter(
  { document, resumeAfter }: Pick<SubgraphRequest, 'document' | 'resumeAfter'>,
  schema: GraphQLSchema,
): DocumentNode {
  if (resumeAfter === undefined) return document;
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  let depth = 0;
  return visit(document, {
    OperationDefinition: (node) => (node.operation === OperationTypeNode.SUBSCRIPTION ? undefined : false),
    FragmentDefinition: () => false,
    SelectionSet: { enter: () => void (depth += 1), leave: () => void (depth -= 1) },
    Field: (node) => {
      const resumable = fields[node.name.value]?.args.some(({ name }) => name === ARGUMENT) ?? false;
      if (depth !== 1 || !resumable) return false;
      const kept = (node.arguments ?? []).filter(({ name }) => name.value !== ARGUMENT);
      const after = {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: ARGUMENT },
        value: { kind: Kind.STRING, value: resumeAfter },
      } as const;
      return { ...node, arguments: [...kept, after] };
    },
  });
}

/** The event with the cursor to resume behind it, whether or not the subscription asks for that. */
export function withCursor(result: ExecutionResult, update: unknown): ExecutionResult {
  const cursor = cursorOf(update);
  return cursor === null ? result : { ...result, extensions: { ...result.extensions, cursor } };
}
