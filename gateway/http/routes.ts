import type { IncomingMessage } from 'node:http';
import { FILES_PATH, type FileDoor } from '../../subgraphs/_kernel/wire/file-door.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { JWKS_PATH } from '../../subgraphs/_kernel/wire/access-token.js';
import { permissionsOf } from '../../subgraphs/_kernel/wire/principal.js';
import { WITNESS_PATH } from '../../subgraphs/_kernel/wire/witness.js';
import { RECEIPTS_PATH } from '../../subgraphs/_kernel/wire/receipts.js';
import { CALENDAR_NOTICES_PATH, noticeAddressIn } from '../../subgraphs/_kernel/wire/calendar-notice.js';
import { CALENDAR_PATH, tenantOfCalendarPath } from '../../subgraphs/_kernel/wire/calendar-token.js';
import { SCIM_PATH, tenantOfScimToken } from '../../subgraphs/_kernel/wire/scim-token.js';
import { ROUTE_METHODS, servesPath } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import { isPlatformTenant } from '../../subgraphs/_kernel/wire/tenant.js';
import { OFREP_EVENTS_PATH, OFREP_FLAGS_PATH, type Ofrep } from '../flags/ofrep.js';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import { bearerTokenOf } from '../stages/authentication/bearer-token.js';
import type { Endpoints } from '../stages/execution/subgraph-caller.js';
import type { HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import { DASHBOARD_PATH, type Dashboard } from './dashboard.js';
import type { EventStreamFront } from './event-stream-front.js';
import { graphiqlPage, sandboxPage } from './explorer-pages.js';
import { forwardTo } from './forwarding.js';
import { answerGraphQL } from './graphql-route.js';
import { live, ready, summary } from './health.js';
import { urlOf } from './incoming.js';
import { METRICS_PATH } from './metrics-front.js';
import { ADMIN_AUTH_ROUTES } from './rest/admin-auth.js';
import { OPS_AUTH_ROUTES } from './rest/ops-auth.js';
import { withOpenApi } from './rest/open-api.js';
import { createRestRoutes } from './rest/rest-routes.js';
import { TENANT_ROUTES } from './rest/tenants.js';
import type { Route } from './route.js';
import type { Visit } from './visit.js';

export const GRAPHQL_PATH = '/graphql';

/** Operations that have a REST form as well. */
const REST_OPERATIONS = [...OPS_AUTH_ROUTES, ...ADMIN_AUTH_ROUTES, ...TENANT_ROUTES];

const READ_FIGURES = 'platform:metrics:read';

export interface RouteParts {
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly events: EventStreamFront;
  readonly metrics: GatewayMetrics;
  readonly endpoints: Endpoints;
  readonly dashboard: Dashboard;
  /** Where links to files lead that are kept on this machine. */
  readonly files: FileDoor | undefined;
  readonly ofrep: Ofrep;
  readonly logger: GatewayLogger;
  /** Whether the explorer pages are served. */
  readonly explorer: boolean;
  /** Whether the figures are told to everyone. */
  readonly openMetrics: boolean;
  readonly isStopping: () => boolean;
  /** Whether the client came by https. */
  readonly isSecure: (message: IncomingMessage) => boolean;
}

/** A person's browser rather than a program: it prefers HTML and asks for no operation. */
const isBrowser = ({ message }: Visit): boolean =>
  (message.headers.accept ?? '').includes('text/html') &&
  !['query', 'extensions', 'documentId', 'id'].some((name) => urlOf(message).searchParams.has(name));

/** The company that a directory's token names: directories may know one address of the platform for all companies. */
const tenantOfDirectory = ({ incoming: { authorization } }: Visit): string | null => {
  const token = bearerTokenOf(authorization);
  return token === null ? null : tenantOfScimToken(token);
};

/** The company whose calendar it is: programs may read it at one address of the platform, too. */
const tenantOfCalendar = ({ message }: Visit): string | null => tenantOfCalendarPath(urlOf(message).pathname);

/** The company that a calendar elsewhere tells of a change: services call one address of the platform for all of them. */
const tenantOfNotice = ({ message }: Visit): string | null => noticeAddressIn(urlOf(message).pathname)?.tenantId ?? null;

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
  /** Only at a company's own address: what proves who asks there is handed on, and the subgraph judges it. */
  const handOnInside =
    (subgraph: SubgraphName, hintOf: (visit: Visit) => string | null = () => null) =>
    async (visit: Visit): Promise<HttpAnswer> => {
      const { message, incoming, body } = visit;
      await parts.pipeline.enter(incoming);
      const tenantHint = hintOf(visit);
      const { tenant, ownDomain } = await parts.pipeline.identify({ ...incoming, authorization: null, tenantHint });
      if (isPlatformTenant(tenant)) throw new Refusal('NOT_FOUND', 'There is nothing here');
      return forwardTo(endpoints[subgraph], message, incoming, await body(), logger, { tenant, ownDomain });
    };
  const tellFigures = async (): Promise<HttpAnswer> => ({
    status: 200,
    headers: { 'content-type': metrics.registry.contentType },
    body: await metrics.registry.metrics(),
  });
  /** Where they are not for everyone, they are for staff of the platform. */
  const tellStaffFigures = async ({ incoming }: Visit): Promise<HttpAnswer> => {
    await parts.pipeline.enter(incoming);
    const { principal } = await parts.pipeline.admit(await parts.pipeline.identify(incoming));
    if (principal.kind === 'anonymous') throw new Refusal('UNAUTHENTICATED', 'Sign in to do this');
    if (!permissionsOf(principal).includes(READ_FIGURES)) throw new Refusal('FORBIDDEN', `This needs the permission ${READ_FIGURES}`);
    return tellFigures();
  };
  const figures: Route = { method: 'GET', path: METRICS_PATH, answer: tellFigures };
  const explorerPages: readonly Route[] = [
    { method: 'GET', path: '/', answer: () => ({ status: 302, headers: { location: GRAPHQL_PATH }, body: '' }) },
    { method: 'GET', path: GRAPHQL_PATH, unless: (visit) => !isBrowser(visit), answer: sandboxPage },
    { method: 'GET', path: '/graphiql', answer: graphiqlPage },
  ];

  const { files } = parts;
  const followLink =
    (door: FileDoor) =>
    async ({ message, incoming }: Visit): Promise<HttpAnswer> => {
      await parts.pipeline.enter(incoming);
      return door.answer(message);
    };
  const fileRoutes = files
    ? (['GET', 'PUT'] as const).map((method): Route => ({ method, path: FILES_PATH, below: true, answer: followLink(files) }))
    : [];

  const routes: readonly Route[] = [
    ...(explorer ? explorerPages : []),
    { method: 'POST', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: GRAPHQL_PATH, answer: graphql },
    { method: 'GET', path: DASHBOARD_PATH, below: true, answer: ({ message }) => parts.dashboard.answer(urlOf(message).pathname) },
    { method: 'POST', path: OFREP_FLAGS_PATH, below: true, answer: (visit) => parts.ofrep.evaluate(visit) },
    { method: 'GET', path: OFREP_EVENTS_PATH, answer: (visit) => parts.ofrep.events(visit) },
    ...fileRoutes,
    { method: 'GET', path: '/health/live', answer: live },
    { method: 'GET', path: '/health/ready', answer: () => ready(endpoints, isStopping()) },
    { method: 'GET', path: '/health', answer: () => summary(endpoints, startedAt) },
    ...(openMetrics ? [figures] : []),
    { method: 'GET', path: '/api/metrics', answer: openMetrics ? tellFigures : tellStaffFigures },
    ...createRestRoutes(REST_OPERATIONS, parts),
    { method: 'GET', path: JWKS_PATH, answer: handOn('identity') },
    { method: 'GET', path: '/.well-known/openid-configuration', answer: handOnInside('identity') },
    { method: 'GET', path: '/.well-known/oauth-authorization-server', answer: handOnInside('identity') },
    { method: 'POST', path: '/webhooks/stripe', answer: handOn('commerce') },
    { method: 'POST', path: '/webhooks/resend', answer: handOn('ops') },
    { method: 'POST', path: '/api/beacon', answer: handOn('ops') },
    { method: 'POST', path: WITNESS_PATH, answer: handOn('ops') },
    ...(['GET', 'POST'] as const).flatMap((method): Route[] => [
      { method, path: '/account', below: true, answer: handOnInside('identity') },
      { method, path: '/oidc', below: true, answer: handOnInside('identity') },
      { method, path: '/sso', below: true, answer: handOnInside('identity') },
    ]),
    ...(['GET', 'POST'] as const).map((method): Route => ({ method, path: RECEIPTS_PATH, below: true, answer: handOnInside('commerce') })),
    { method: 'GET', path: CALENDAR_PATH, below: true, answer: handOnInside('booking', tenantOfCalendar) },
    { method: 'POST', path: CALENDAR_NOTICES_PATH, below: true, answer: handOnInside('booking', tenantOfNotice) },
    ...ROUTE_METHODS.map(
      (method): Route => ({ method, path: SCIM_PATH, below: true, answer: handOnInside('identity', tenantOfDirectory) }),
    ),
  ];
  return withOpenApi(routes, REST_OPERATIONS);
}

/** The methods by which a path is served; none for a path that does not exist. */
export const methodsOf = (routes: readonly Route[], { message }: Visit): readonly string[] => {
  const { pathname } = urlOf(message);
  const methods = new Set(routes.filter((route) => servesPath(route, pathname)).map(({ method }) => method));
  return [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).sort();
};

export const findRoute = (routes: readonly Route[], visit: Visit): Route | undefined => {
  const { pathname } = urlOf(visit.message);
  const method = visit.message.method === 'HEAD' ? 'GET' : visit.message.method;
  return routes.find(
    (route) => route.method === method && servesPath(route, pathname) && !route.unless?.(visit),
  );
};
