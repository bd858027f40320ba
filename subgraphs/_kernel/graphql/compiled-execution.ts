import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly contextValue: unknown;
  readonly rootValue?: unknown;
}

/** How often an operation is run as it is before it is worth compiling. */
const RUNS_BEFORE_COMPILING = 2;

interface KnownOperation {
  runs: number;
  /** Null for what is never compiled, undefined for what is not compiled yet. */
  compiled: CompiledQuery['query'] | null | undefined;
}

/** Errors as graphql-js makes them; the compiler's own class leaves out what is empty. */
const plain = ({ message, path, nodes, originalError, extensions }: GraphQLError): GraphQLError =>
  new GraphQLError(message, {
    ...(path ? { path } : {}),
    ...(nodes ? { nodes } : {}),
    ...(originalError ? { originalError } : {}),
    extensions: { ...extensions },
  });

/**
 * Executes operations over a schema. A query that comes again, and a subscription that has had events, is compiled to
 * a function first; mutations, variables that do not fit and what cannot be compiled are left to graphql-js, which
 * answers the same more slowly. Of a subscription this executes an event, which is given as the root value.
 * @param runsBeforeCompiling how often an operation is interpreted first
 */
export function createCompiledExecution(
  schema: GraphQLSchema,
  runsBeforeCompiling = RUNS_BEFORE_COMPILING,
): (request: ExecutionRequest) => Promise<ExecutionResult> {
  const known = new WeakMap<DocumentNode, Map<string, KnownOperation>>();

  const operationOf = ({ document, operationName = '' }: ExecutionRequest): KnownOperation => {
    let ofDocument = known.get(document);
    if (!ofDocument) known.set(document, (ofDocument = new Map<string, KnownOperation>()));
    let operation = ofDocument.get(operationName);
    if (!operation) {
      const isMutation = getOperationAST(document, operationName || null)?.operation === OperationTypeNode.MUTATION;
      ofDocument.set(operationName, (operation = { runs: 0, compiled: isMutation ? null : undefined }));
    }
    return operation;
  };

  const compile = ({ document, operationName }: ExecutionRequest): CompiledQuery['query'] | null => {
    const compiled = compileQuery(schema, document, operationName, { useExperimentalPathBasedSkipInclude: true });
    return isCompiledQuery(compiled) ? compiled.query : null;
  };

  const interpret = async (request: ExecutionRequest): Promise<ExecutionResult> =>
    execute({
      schema,
      document: request.document,
      operationName: request.operationName ?? null,
      variableValues: request.variables,
      contextValue: request.contextValue,
      rootValue: request.rootValue,
    });

  return async (request) => {
    const operation = operationOf(request);
    if (operation.compiled === undefined) {
      if (operation.runs < runsBeforeCompiling) operation.runs += 1;
      else operation.compiled = compile(request);
    }
    if (!operation.compiled) return interpret(request);
    const result = await operation.compiled(request.rootValue, request.contextValue, request.variables);
    if (!result.errors) return result;
    // Nothing has been run yet where variables do not fit; graphql-js words what is wrong with them.
    return 'data' in result ? { ...result, errors: result.errors.map(plain) } : interpret(request);
  };
}
