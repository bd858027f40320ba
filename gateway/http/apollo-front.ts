import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
} from 'graphql';
import { actorIdOf } from '../../subgraphs/_kernel/wire/principal.js';
import type { GatewayLogger } from '../logger.js';
import type { Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import type { SupergraphGeneration } from '../supergraph/generation.js';
import type { SupergraphLife } from '../supergraph/supergraph-life.js';
import type { HttpAnswer } from './answer.js';
import { createApprovedRequests, type ApprovedDocument } from './approved-requests.js';

interface FrontContext {
  readonly operation: BoundedOperation;
  /** The generation at the time the request was taken up. */
  readonly generation: SupergraphGeneration;
  /** What the pipeline has answered already; only the form is Apollo Server's then. */
  readonly result?: ExecutionResult;
}

/** What of an HTTP request Apollo Server looks at. */
export interface FrontRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly search: string;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** GraphQL over HTTP as Apollo Server speaks it: negotiation, CSRF prevention, validation, status codes. */
export interface ApolloFront {
  answerHttp(request: FrontRequest, operation: BoundedOperation): Promise<HttpAnswer>;
  /** A query or mutation that came by another way, through the same validation. */
  answer(operation: BoundedOperation): Promise<FormattedExecutionResult>;
  stop(): Promise<void>;
}

export interface ApolloFrontParts {
  readonly life: SupergraphLife;
  readonly pipeline: Pipeline;
  readonly introspection: boolean;
  readonly logger: GatewayLogger;
  readonly answered: (type: string, result: ExecutionResult, seconds: number) => void;
}

const MASKED = 'Something went wrong on our side';

const notNamed = (): GraphQLError =>
  new GraphQLError('Name the operation of the document that is meant, in operationName', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

const notStreamed = (): GraphQLError =>
  new GraphQLError('A subscription needs a WebSocket, or "Accept: text/event-stream"', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

/** A refusal from within the pipeline, with the status and headers it has over HTTP. */
function refusalWithHttp(refusal: Refusal, requestId: string): GraphQLError {
  const { message, extensions } = refusal.toGraphQLError(requestId);
  const http = { status: refusal.status, headers: new HeaderMap(Object.entries(refusal.headers)) };
  const withHttp: Record<string, unknown> = { ...extensions, http };
  return new GraphQLError(message, { extensions: withHttp });
}

const lineOf = (
  { caller }: BoundedOperation,
  { operation: type, name }: OperationDefinitionNode,
  { errors }: ExecutionResult,
  milliseconds: number,
): object => ({
  requestId: caller.requestId,
  tenantId: caller.tenant.id,
  actorId: actorIdOf(caller.principal) ?? 'anonymous',
  type,
  operation: name?.value,
  errors: errors?.length ?? 0,
  milliseconds: Math.round(milliseconds * 10) / 10,
});

/** The last line: whatever came about outside of the pipeline tells a client nothing of how. */
const withoutInternals = (error: GraphQLFormattedError): GraphQLFormattedError =>
  error.extensions?.['code'] === 'INTERNAL_SERVER_ERROR' ? { ...error, message: MASKED } : error;

export async function startApolloFront(parts: ApolloFrontParts): Promise<ApolloFront> {
  const { life, pipeline, introspection, logger, answered } = parts;

  const masked = (operation: BoundedOperation, error: unknown): ExecutionResult => {
    const { requestId, tenant } = operation.caller;
    if (error instanceof Refusal) return { errors: [refusalWithHttp(error, requestId)] };
    logger.error({ err: error, requestId, tenantId: tenant.id }, 'operation failed');
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId, http: { status: 500 } };
    return { errors: [new GraphQLError(MASKED, { extensions })] };
  };

  const approvedRequests = createApprovedRequests();

  const run = async (bounded: BoundedOperation, { document, definition }: ApprovedDocument): Promise<ExecutionResult> => {
    const begun = performance.now();
    const result = await pipeline
      .answer({ ...bounded, generation: life.current(), document, definition })
      .catch((error: unknown) => masked(bounded, error));
    const milliseconds = performance.now() - begun;
    answered(definition.operation, result, milliseconds / 1000);
    logger.info(lineOf(bounded, definition, result, milliseconds), 'operation answered');
    return result;
  };

  const say =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: unknown): void =>
      logger[level]({ part: 'http-front' }, String(message));

  const server = new ApolloServer<FrontContext>({
    gateway: {
      onSchemaLoadOrUpdate: (listener) => life.onSchema(listener),
      load: async () => ({
        executor: async ({ context, document, operation, request }) => {
          const { operation: bounded, generation, result } = context as FrontContext;
          if (result) return result;
          // Apollo Server's types promise one, but it asks even where the document does not say which is meant.
          const asked = operation as OperationDefinitionNode | undefined;
          if (!asked) return { errors: [notNamed()] };
          if (asked.operation === OperationTypeNode.SUBSCRIPTION) return { errors: [notStreamed()] };
          const approved = { document, definition: asked };
          // Validated against that generation only if none has taken its place meanwhile.
          if (request.query === bounded.source && generation === life.current()) {
            approvedRequests.approveDocument(generation, bounded, approved);
          }
          return run({ ...bounded, variables: request.variables ?? {} }, approved);
        },
      }),
      stop: async () => undefined,
    },
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    formatError: withoutInternals,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    stringifyResult: (result) => JSON.stringify(result),
    logger: { debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await server.start();

  const answerByApollo = async (request: FrontRequest, context: FrontContext): Promise<HttpAnswer> => {
    const { method, headers, search, body } = request;
    const headerMap = new HeaderMap();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) headerMap.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    const response = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headerMap, search, body },
      context: async () => context,
    });
    const answer: HttpAnswer = {
      status: response.status ?? 200,
      headers: Object.fromEntries(response.headers),
      body: response.body.kind === 'complete' ? response.body.string : '',
    };
    if (answer.status === 200 && answer.body.startsWith('{"data":')) approvedRequests.approveHeaders(request, answer.headers);
    return answer;
  };

  return {
    async answerHttp(request, operation) {
      const generation = life.current();
      const approved = approvedRequests.recognize(generation, request, operation);
      if (!approved) return answerByApollo(request, { operation, generation });
      const result = await run(operation, approved);
      // Errors have a form, and sometimes a status, that Apollo Server gives them.
      if (result.errors) return answerByApollo(request, { operation, generation, result });
      const { data, extensions } = result;
      return { status: 200, headers: approved.headers, body: JSON.stringify({ data, extensions }) };
    },
    async answer(operation) {
      const { source, operationName, variables } = operation;
      const response = await server.executeOperation(
        { query: source, variables: { ...variables }, ...(operationName ? { operationName } : {}) },
        { contextValue: { operation, generation: life.current() } },
      );
      if (response.body.kind !== 'single') throw new Error('an incremental answer where none was asked for');
      return response.body.singleResult;
    },
    stop: () => server.stop(),
  };
}
