import {
  createSourceEventStream,
  execute,
  getOperationAST,
  parse,
  printSchema,
  validate,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { ANONYMOUS } from '../../../subgraphs/_kernel/wire/principal.js';
import type { SubgraphRequest } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { NOTHING_DENIED } from '../../stages/authorization/authorization.js';
import { createExecutor, type ExecutionObserver, type Executor } from '../../stages/execution/execution.js';
import type { FetchEndpoints } from '../../stages/execution/subgraph-caller.js';
import { createPlanningStage, type PlannedOperation } from '../../stages/planning/planning.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { loadSupergraph } from '../../supergraph/supergraph-life.js';
import { ACME } from '../sample-endpoints.js';
import { createMonolith, richSchemas, richSupergraph } from './rich-subgraphs.js';

export interface RecordedFetch {
  readonly subgraph: string;
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One graph behind three ways of answering from it. */
export interface RichGateway {
  readonly generation: SupergraphGeneration;
  readonly executor: Executor;
  readonly endpoints: FetchEndpoints;
  readonly monolith: GraphQLSchema;
  /** What was fetched, by whichever executor; emptied by the reader. */
  readonly fetches: RecordedFetch[];
  /** Why operations were left to the stock executor. */
  readonly fallbacks: string[];
  plan(source: string, variables?: Readonly<Record<string, unknown>>): Promise<PlannedOperation>;
  ours(operation: PlannedOperation): Promise<ExecutionResult>;
  stock(operation: PlannedOperation): Promise<ExecutionResult>;
  whole(source: string, variables?: Readonly<Record<string, unknown>>): Promise<ExecutionResult>;
}

export interface RichGraphParts {
  readonly supergraphSdl: string;
  readonly schemas: Readonly<Record<string, GraphQLSchema>>;
  readonly monolith?: (apiSdl: string) => GraphQLSchema;
}

const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

/** As it comes over HTTP: errors as plain objects, nothing shared with the resolvers' data. */
const overTheWire = (result: ExecutionResult): ExecutionResult => JSON.parse(JSON.stringify(result)) as ExecutionResult;

export async function createRichGateway(
  { supergraphSdl, schemas, monolith: build = createMonolith }: RichGraphParts = {
    supergraphSdl: richSupergraph,
    schemas: richSchemas,
  },
  observe: Partial<ExecutionObserver> = {},
): Promise<RichGateway> {
  const life = await loadSupergraph(supergraphSdl, logger);
  const generation = life.current();
  const fetches: RecordedFetch[] = [];
  const fallbacks: string[] = [];

  const endpointOf = (name: string, schema: GraphQLSchema): FetchEndpoints[string] => ({
    name,
    async execute({ source, document, variables, operationName }: SubgraphRequest) {
      fetches.push({ subgraph: name, source, variables });
      const problems = validate(schema, document);
      // A subgraph over HTTP would refuse it; a fetch that is not valid is the planner's or our mistake.
      if (problems.length > 0) throw new Error(`${name} refuses ${source}: ${String(problems[0]?.message)}`);
      return overTheWire(
        await execute({ schema, document, variableValues: variables, operationName: operationName ?? null }),
      );
    },
    async subscribe({ document, variables, operationName }) {
      const asked = { schema, document, variableValues: variables, operationName: operationName ?? null };
      const stream = await createSourceEventStream(asked);
      if (!(Symbol.asyncIterator in stream)) return stream;
      return (async function* () {
        for await (const rootValue of stream) yield overTheWire(await execute({ ...asked, rootValue }));
      })();
    },
  });
  const endpoints = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, endpointOf(name, schema)]));

  const planStage = createPlanningStage({ planned: () => undefined });
  const executor = createExecutor({
    endpoints,
    observer: { fetched: () => undefined, fellBack: (reason) => void fallbacks.push(reason), ...observe },
    logger,
    requestTimeoutMs: 10_000,
  });
  const monolith = build(printSchema(generation.apiSchema));

  return {
    generation,
    executor,
    endpoints,
    monolith,
    fetches,
    fallbacks,
    async plan(source, variables = {}) {
      const document = parse(source);
      const problems = validate(generation.apiSchema, document);
      if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
      const definition = getOperationAST(document);
      const caller = { requestId: 'request-1', ip: null, userAgent: null, tenant: ACME, principal: ANONYMOUS };
      return planStage({
        caller,
        source,
        operationName: undefined,
        variables,
        signal: new AbortController().signal,
        generation,
        document,
        definition,
        permitted: document,
        refusals: [],
        denied: NOTHING_DENIED,
        permissionSet: '',
      } as unknown as PlannedOperation);
    },
    ours: (operation) => executor.execute(operation),
    stock: (operation) => executor.executeByStock(operation),
    whole: async (source, variables = {}) => execute({ schema: monolith, document: parse(source), variableValues: variables }),
  };
}
