import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { JWKS_PATH } from '../../subgraphs/_kernel/wire/access-token.js';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Pipeline } from '../pipeline.js';
import type { Endpoints } from '../stages/execution/subgraph-caller.js';
import type { HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import type { EventStreamFront } from './event-stream-front.js';
import { graphiqlPage, sandboxPage } from './explorer-pages.js';
import { forwardTo } from './forwarding.js';
import { answerGraphQL } from './graphql-route.js';
import { live, ready, summary } from './health.js';
import { urlOf } from './incoming.js';
import { METRICS_PATH } from './metrics-front.js';
import type { Visit } from './visit.js';

export const GRAPHQL_PATH = '/graphql';

export interface RouteParts {
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly events: EventStreamFront;
  readonly metrics: GatewayMetrics;
  readonly endpoints: Endpoints;
  readonly logger: GatewayLogger;
  /** Whether the explorer pages are served. */
  readonly explorer: boolean;
  /** Whether the figures are told to everyone. */
  readonly openMetrics: boolean;
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
  (message.headers.accept ?? '').includes('text/html') &&
  !['query', 'extensions', 'documentId', 'id'].some((name) => urlOf(message).searchParams.has(name));

/** Everything the gateway serves. What is not listed does not exist; `/internal` of a subgraph never is. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  const { endpoints, metrics, explorer, openMetrics, isStopping, logger } = parts;
  const startedAt = Date.now();
  const graphql = (visit: Visit): Promise<HttpAnswer> => {
    const { message, incoming, body, signal } = visit;
    return parts.events.wants(message) ? parts.events.answer(visit) : answerGraphQL(parts, message, incoming, body, signal);
  };
  const handOn =
    (subgraph: SubgraphName) =>
    async ({ message, incoming, body }: Visit): Promise<HttpAnswer> => {
      await parts.pipeline.enter(incoming);
      return forwardTo(endpoints[subgraph], message, incoming, await body(), logger);
    };
  const figures: Route = {
    method: 'GET',
    path: METRICS_PATH,
    answer: async () => ({
      status: 200,
      headers: { 'content-type': metrics.registry.contentType },
      body: await metrics.registry.metrics(),
    }),
  };
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
    ...(openMetrics ? [figures] : []),
    { method: 'GET', path: JWKS_PATH, answer: handOn('identity') },
    { method: 'POST', path: '/webhooks/stripe', answer: handOn('commerce') },
  ];
}

/** The methods by which a path is served; none for a path that does not exist. */
export const methodsOf = (routes: readonly Route[], { message }: Visit): readonly string[] => {
  const { pathname } = urlOf(message);
  const methods = new Set(routes.filter(({ path }) => path === pathname).map(({ method }) => method));
  return [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).sort();
};

export const findRoute = (routes: readonly Route[], visit: Visit): Route | undefined => {
  const { pathname } = urlOf(visit.message);
  const method = visit.message.method === 'HEAD' ? 'GET' : visit.message.method;
  return routes.find(
    (route) => route.method === method && route.path === pathname && !route.unless?.(visit),
  );
};
