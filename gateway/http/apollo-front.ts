import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  GraphQLError,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
} from 'graphql';
import type { GatewayLogger } from '../logger.js';
import type { Pipeline } from '../pipeline.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import type { SupergraphLife } from '../supergraph/supergraph-life.js';
import type { HttpAnswer } from './answer.js';

interface FrontContext {
  readonly operation: BoundedOperation;
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

/** The last line: whatever came about outside of the pipeline tells a client nothing of how. */
const withoutInternals = (error: GraphQLFormattedError): GraphQLFormattedError =>
  error.extensions?.['code'] === 'INTERNAL_SERVER_ERROR' ? { ...error, message: MASKED } : error;

export async function startApolloFront(parts: ApolloFrontParts): Promise<ApolloFront> {
  const { life, pipeline, introspection, logger, answered } = parts;

  const masked = (operation: BoundedOperation, error: unknown): ExecutionResult => {
    const { requestId } = operation.caller;
    logger.error({ err: error, requestId }, 'operation failed');
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId, http: { status: 500 } };
    return { errors: [new GraphQLError(MASKED, { extensions })] };
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
          const begun = performance.now();
          const bounded = (context as FrontContext).operation;
          // Apollo Server's types promise one, but it asks even where the document does not say which is meant.
          const asked = operation as OperationDefinitionNode | undefined;
          if (!asked) return { errors: [notNamed()] };
          const result = await pipeline
            .answer({
              ...bounded,
              variables: request.variables ?? {},
              generation: life.current(),
              document,
              definition: asked,
            })
            .catch((error: unknown) => masked(bounded, error));
          answered(asked.operation, result, (performance.now() - begun) / 1000);
          return result;
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

  return {
    async answerHttp({ method, headers, search, body }, operation) {
      const headerMap = new HeaderMap();
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined) headerMap.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const response = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: headerMap, search, body },
        context: async () => ({ operation }),
      });
      return {
        status: response.status ?? 200,
        headers: Object.fromEntries(response.headers),
        body: response.body.kind === 'complete' ? response.body.string : '',
      };
    },
    async answer(operation) {
      const { source, operationName, variables } = operation;
      const response = await server.executeOperation(
        { query: source, variables: { ...variables }, ...(operationName ? { operationName } : {}) },
        { contextValue: { operation } },
      );
      if (response.body.kind !== 'single') throw new Error('an incremental answer where none was asked for');
      return response.body.singleResult;
    },
    stop: () => server.stop(),
  };
}
