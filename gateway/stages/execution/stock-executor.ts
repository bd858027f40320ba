import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import {
  isInterfaceType,
  Kind,
  parse,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { PlannedOperation } from '../planning/planning.js';
import { responseNamesOf } from '../planning/response-names.js';
import { isJsonObject, type JsonObject } from './json.js';
import type { Step } from './plan-run.js';

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

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The stock executor would put the name of an interface, which is all some subgraphs know of an object, in the
 * place of its type; where there is no name it keeps the one it has.
 */
function withoutInterfaceNames(data: unknown, schema: GraphQLSchema): void {
  const entities = isJsonObject(data) ? data['_entities'] : undefined;
  for (const entity of Array.isArray(entities) ? (entities as unknown[]) : []) {
    if (!isJsonObject(entity) || typeof entity['__typename'] !== 'string') continue;
    if (isInterfaceType(schema.getType(entity['__typename']))) delete entity['__typename'];
  }
}

const servicesOf = (names: readonly string[], schema: GraphQLSchema, fetch: StockFetch): ServiceMap =>
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
          withoutInterfaceNames(result.data, schema);
          return { ...result, errors: result.errors, data: result.data ?? null } as Awaited<
            ReturnType<ServiceMap[string]['process']>
          >;
        },
      },
    ]),
  );

const stockPlanOf = (
  { stockPlanner, plannerApi }: SupergraphGeneration,
  planned: DocumentNode,
  operationName: string | undefined,
): QueryPlan =>
  stockPlanner().buildQueryPlan(operationFromDocument(plannerApi, planned, operationName ? { operationName } : {}));

/**
 * With the type's name wherever shaping depends on it: the stock executor gives it only to who asks. Where nothing
 * depends on it a type may be known by its interface alone, and asking would make the object null.
 */
const withTypeNames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: (set) =>
      set.selections.some((selection) => selection.kind !== Kind.FIELD || selection.name.value === '__typename')
        ? { ...set, selections: [TYPENAME, ...set.selections] }
        : undefined,
  });

/**
 * Fetches by @apollo/gateway's own executor, whole and at once: what our compiler leaves to it, and what our
 * results are compared with. What it fetched is shaped like anything else.
 * @param subgraphs the names of all of them
 */
export const createStockStep =
  (operation: PlannedOperation, subgraphs: readonly string[], fetch: StockFetch): Step =>
  async (run) => {
    const { generation, definition, planned } = operation;
    if (!planned) return;
    const { variableAs } = responseNamesOf(generation);
    const document = withTypeNames(planned);
    const operationName = definition.name?.value;
    const context = {
      request: {
        variables: Object.fromEntries(Object.entries(operation.variables).map(([name, value]) => [variableAs(name), value])),
      },
      document,
      source: operation.source,
      operationName: operationName ?? null,
      queryHash: '',
      context: {},
      logger: silent,
      metrics: {},
      schema: generation.apiSchema,
    } as unknown as StockContext;
    const { data, errors } = await executeQueryPlan(
      stockPlanOf(generation, planned, operationName),
      servicesOf(subgraphs, generation.supergraphSchema, fetch),
      context,
      buildOperationContext({
        schema: generation.apiSchema,
        operationDocument: document,
        ...(operationName ? { operationName } : {}),
      }),
      generation.supergraphSchema,
      generation.plannerApi,
    );
    Object.assign(run.data, data);
    for (const error of errors ?? []) {
      const { serviceName } = error.extensions;
      const problem = {
        subgraph: typeof serviceName === 'string' ? serviceName : 'gateway',
        cause: error.originalError ?? error,
        path: error.path ? [...error.path] : undefined,
      };
      run.errors.push(run.mask(problem));
    }
  };
