import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import { parse, type DocumentNode, type ExecutionResult, type GraphQLError } from 'graphql';
import type { PlannedOperation } from '../planning/planning.js';
import type { JsonObject } from './json.js';
import type { FetchProblem } from './plan-run.js';

/** How the stock executor reaches a subgraph: by name, with what it would have sent over HTTP. */
export type StockFetch = (
  subgraph: string,
  request: {
    readonly source: string;
    readonly document: DocumentNode;
    readonly operationName: string | undefined;
    readonly variables: JsonObject;
  },
) => Promise<ExecutionResult>;

type ServiceMap = Parameters<typeof executeQueryPlan>[1];
type StockContext = Parameters<typeof executeQueryPlan>[2];

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const servicesOf = (names: readonly string[], fetch: StockFetch): ServiceMap =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        process: async (options) => {
          const { request } = options;
          const document = 'document' in options ? (options.document as DocumentNode | undefined) : undefined;
          const source = request.query ?? '';
          const result = await fetch(name, {
            source,
            document: document ?? parse(source),
            operationName: request.operationName,
            variables: (request.variables ?? {}) as JsonObject,
          });
          return { ...result, errors: result.errors, data: result.data ?? null } as Awaited<
            ReturnType<ServiceMap[string]['process']>
          >;
        },
      },
    ]),
  );

/**
 * Runs an operation by @apollo/gateway's own executor: what our compiler leaves to it, and what our results
 * are compared with. The plan is of the pruned operation, the shape of the operation as it was asked.
 */
export async function executeWithStockExecutor(
  operation: PlannedOperation,
  names: readonly string[],
  fetch: StockFetch,
  mask: (problem: FetchProblem) => GraphQLError,
): Promise<ExecutionResult> {
  const { generation, document, definition } = operation;
  const plan: QueryPlan = operation.plan ?? { kind: 'QueryPlan' };
  const operationName = definition.name?.value;
  const context = {
    request: { variables: { ...operation.variables } },
    document,
    source: operation.source,
    operationName: operationName ?? null,
    queryHash: '',
    context: {},
    logger: silent,
    metrics: {},
    schema: generation.apiSchema,
  } as unknown as StockContext;
  const result = await executeQueryPlan(
    plan,
    servicesOf(names, fetch),
    context,
    buildOperationContext({
      schema: generation.apiSchema,
      operationDocument: document,
      ...(operationName ? { operationName } : {}),
    }),
    generation.supergraphSchema,
    generation.plannerApi,
  );
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const cause = error.originalError ?? error;
    const { serviceName } = error.extensions;
    return mask({
      subgraph: typeof serviceName === 'string' ? serviceName : 'gateway',
      cause,
      path: error.path ? [...error.path] : undefined,
    });
  });
  return { ...result, errors };
}
