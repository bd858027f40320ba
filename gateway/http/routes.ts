import type { IncomingMessage } from 'node:http';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { JWKS_PATH } from '../../subgraphs/_kernel/wire/access-token.js';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Pipeline } from '../pipeline.js';
import type { IncomingRequest } from '../request.js';
import type { Endpoints } from '../stages/execution/subgraph-caller.js';
import type { HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import { graphiqlPage, sandboxPage } from './explorer-pages.js';
import { forwardTo } from './forwarding.js';
import { answerGraphQL } from './graphql-route.js';
import { live, ready, summary } from './health.js';
import { urlOf } from './incoming.js';

export const GRAPHQL_PATH = '/graphql';

export interface Visit {
  readonly message: IncomingMessage;
  readonly incoming: IncomingRequest;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
  readonly body: () => Promise<Buffer>;
}

export interface RouteParts {
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly metrics: GatewayMetrics;
  readonly endpoints: Endpoints;
  readonly logger: GatewayLogger;
  /** Whether the explorer pages are served. */
  readonly explorer: boolean;
  readonly isStopping: () => boolean;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Leaves the request to the next route of the same path. */
  readonly unless?: (visit: Visit) => boolean;
  readonly answer: (visit: Visit) => HttpAnswer | Promise<HttpAnswer>;
}

/** A person's browser rather than a program: it prefers HTML and asks for no operation. */
const isBrowser = ({ message }: Visit): boolean =>
  (message.headers.accept ?? '').includes('text/html') && !urlOf(message).searchParams.has('query');

/** Everything the gateway serves. What is not listed does not exist; `/internal` of a subgraph never is. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  const { endpoints, metrics, explorer, isStopping, logger } = parts;
  const startedAt = Date.now();
  const graphql = ({ message, incoming, body, signal }: Visit): Promise<HttpAnswer> =>
    answerGraphQL(parts, message, incoming, body, signal);
  const handOn =
    (subgraph: SubgraphName) =>
    async ({ message, incoming, body }: Visit): Promise<HttpAnswer> =>
      forwardTo(endpoints[subgraph], message, incoming, await body(), logger);
  const explorerPages: readonly Route[] = [
    { method: 'GET', path: '/', answer: () => ({ status: 302, headers: { location: GRAPHQL_PATH }, body: '' }) },
    { method: 'GET', path: GRAPHQL_PATH, unless: (visit) => !isBrowser(visit), answer: sandboxPage },
    { method: 'GET', path: '/graphiql', answer: graphiqlPage },
  ];

  return [
    ...(explorer ? explorerPages : []),
    { method: 'POST', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: '/health/live', answer: live },
    { method: 'GET', path: '/health/ready', answer: () => ready(endpoints, isStopping()) },
    { method: 'GET', path: '/health', answer: () => summary(endpoints, startedAt) },
    {
      method: 'GET',
      path: '/metrics',
      answer: async () => ({
        status: 200,
        headers: { 'content-type': metrics.registry.contentType },
        body: await metrics.registry.metrics(),
      }),
    },
    { method: 'GET', path: JWKS_PATH, answer: handOn('identity') },
    { method: 'POST', path: '/webhooks/stripe', answer: handOn('commerce') },
  ];
}

export const findRoute = (routes: readonly Route[], visit: Visit): Route | undefined => {
  const { pathname } = urlOf(visit.message);
  const method = visit.message.method === 'HEAD' ? 'GET' : visit.message.method;
  return routes.find(
    (route) => route.method === method && route.path === pathname && !route.unless?.(visit),
  );
};
