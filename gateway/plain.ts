import { ANONYMOUS } from '../subgraphs/_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../subgraphs/_kernel/wire/tenant.js';
import { closeServer, listenOn, type Address, type Gateway } from './gateway.js';
import { startApolloFront } from './http/apollo-front.js';
import { createClientReader } from './http/client-address.js';
import { answerGraphQL } from './http/graphql-route.js';
import { live } from './http/health.js';
import { createHttpFront } from './http/http-front.js';
import type { Route } from './http/route.js';
import { GRAPHQL_PATH } from './http/routes.js';
import { attachWebSocketFront } from './http/websocket-front.js';
import type { GatewayLogger } from './logger.js';
import { createMetrics } from './metrics.js';
import { createPipeline, type Stages } from './pipeline.js';
import { createPlainEndpoints } from './plain-endpoints.js';
import { NOTHING_DENIED } from './stages/authorization/authorization.js';
import { createExecutor } from './stages/execution/execution.js';
import type { BoundedOperation } from './stages/limits/limits.js';
import { createPlanningStage } from './stages/planning/planning.js';
import { createSubscriptionStage } from './stages/subscriptions/subscriptions.js';
import { loadSupergraph } from './supergraph/supergraph-life.js';

const REQUEST_TIMEOUT_MS = 30_000;

/** Nothing is limited here but what would otherwise fill the memory. */
const BODY_BYTES = 64 * 1024 * 1024;

export interface PlainGateway extends Pick<Gateway, 'stop'> {
  /** @throws {ListenError} when the address cannot be had */
  listen(address: Address): Promise<{ readonly url: string }>;
}

/** Everyone is let in as nobody, and nothing is too large or forbidden. */
const OPEN: Omit<Stages, 'planning' | 'execution' | 'subscriptions'> = {
  door: async (request) => request,
  tenant: async (request) => ({ ...request, tenant: PLATFORM_TENANT }),
  authentication: async (request) => ({ ...request, principal: ANONYMOUS, expiresAt: null }),
  revocation: async (request) => request,
  crowd: async (request) => request,
  rates: async (request) => ({ ...request, standings: [] }),
  persistedQueries: async (operation) => operation,
  limits: async (operation) => operation as BoundedOperation,
  switches: async (operation) => operation,
  readOnly: async (operation) => operation,
  attempts: async (operation) => operation,
  price: async (operation) => ({ ...operation, cost: 0 }),
  turns: (operation, proceed) => proceed(operation),
  receipt: (operation, proceed) => proceed(operation),
  cache: (operation, proceed) => proceed(operation),
  authorization: async (operation) => ({
    ...operation,
    permitted: operation.document,
    refusals: [],
    denied: NOTHING_DENIED,
    permissionSet: '',
  }),
};

/**
 * Any supergraph over HTTP subgraphs, with our planning, execution and transports, and with everything off that
 * asks who is asking. For compliance and benchmark suites; never for production, which the entry refuses.
 *
 * @throws when the supergraph is not valid or gives a subgraph no address
 */
export async function createPlainGateway(supergraphSdl: string, logger: GatewayLogger): Promise<PlainGateway> {
  const endpoints = createPlainEndpoints(supergraphSdl);
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close()));
  };
  const metrics = createMetrics();
  const life = await loadSupergraph(supergraphSdl, logger).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const executor = createExecutor({
    endpoints,
    observer: metrics,
    logger,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    suggestions: true,
  });
  const pipeline = createPipeline({
    ...OPEN,
    planning: createPlanningStage(metrics),
    execution: (operation) => executor.execute(operation),
    subscriptions: createSubscriptionStage({
      endpoints,
      executor,
      authorize: OPEN.authorization,
      observer: metrics,
      logger,
    }),
  });
  const front = await startApolloFront({
    life,
    pipeline,
    introspection: true,
    logger,
    answered: (type, result, seconds) => metrics.answered(type, result, seconds),
  });

  const graphql: Route['answer'] = ({ message, incoming, body, signal }) =>
    answerGraphQL({ pipeline, front, metrics }, message, incoming, body, signal);
  const routes: readonly Route[] = [
    { method: 'POST', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: '/health', answer: live },
  ];
  const clientOf = createClientReader([]);
  const server = createHttpFront({ routes, clientOf, bodyBytes: BODY_BYTES, metrics, logger });
  const sockets = attachWebSocketFront({
    server,
    pipeline,
    front,
    life,
    introspection: true,
    clientOf,
    messageBytes: BODY_BYTES,
    metrics,
    logger,
  });

  return {
    async listen({ host, port }) {
      const address = await listenOn(server, host, port);
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}` };
    },
    async stop() {
      const closed = closeServer(server);
      await sockets.stop();
      await closed;
      await front.stop();
      await life.stop();
      await close();
    },
  };
}
