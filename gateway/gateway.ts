import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from './gateway-config.js';
import { startApolloFront } from './http/apollo-front.js';
import { createClientReader } from './http/client-address.js';
import { createHttpFront } from './http/http-front.js';
import { createRoutes } from './http/routes.js';
import { attachWebSocketFront } from './http/websocket-front.js';
import type { GatewayLogger } from './logger.js';
import { createMetrics } from './metrics.js';
import { createPipeline } from './pipeline.js';
import { createPostedSecuritySignals } from './security-signals.js';
import { createAccessTokenStrategy } from './stages/authentication/access-token.js';
import { createAuthenticationStage } from './stages/authentication/authentication.js';
import { createKeySet } from './stages/authentication/key-set.js';
import { createAuthorizationStage } from './stages/authorization/authorization.js';
import { createPolicyRegistry, type PolicyRegistry } from './stages/authorization/policies.js';
import { createExecutor } from './stages/execution/execution.js';
import type { Endpoints } from './stages/execution/subgraph-caller.js';
import { createLimitsStage } from './stages/limits/limits.js';
import { createPlanningStage } from './stages/planning/planning.js';
import { createSubscriptionStage } from './stages/subscriptions/subscriptions.js';
import { createTenantDirectory } from './stages/tenant/tenant-directory.js';
import { createTenantStage } from './stages/tenant/tenant.js';
import { loadSupergraph } from './supergraph/supergraph-life.js';

export interface GatewayParts {
  /** The composed supergraph, as committed. */
  readonly supergraphSdl: string;
  /** Every subgraph; whoever made them closes them after the gateway has stopped. */
  readonly endpoints: Endpoints;
  readonly config: GatewayConfig;
  readonly logger: GatewayLogger;
  /** Decides the names that `@policy` carries; without one, none is allowed. */
  readonly policies?: PolicyRegistry;
  /** Epoch milliseconds; the system's clock by default. */
  readonly now?: () => number;
}

export interface Gateway {
  /** @throws {ListenError} when the address cannot be had; port 0 lets the system choose */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly url: string }>;
  /** Takes a new supergraph over; operations under way end with the one they began with. */
  replaceSupergraph(supergraphSdl: string): void;
  /** Lets requests under way end, ends subscriptions, then stops. */
  stop(): Promise<void>;
}

/** The address to listen on cannot be had; the message is one sentence for whoever started the gateway. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

function listenErrorOf(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is taken by another program; stop that one or set PORT to another`
      : `The gateway cannot listen on ${host}:${port} (${error.code ?? error.message})`;
  return new ListenError(`${reason}.`, { cause: error });
}

/** @throws {ListenError} */
export const listenOn = (server: Server, host: string, port: number): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenErrorOf(error, host, port));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeIdleConnections();
  });

/** @throws when the supergraph is not valid or a trusted proxy is not an address */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { endpoints, config, logger, policies = createPolicyRegistry({}), now = Date.now } = parts;
  const clientOf = createClientReader(config.trustedProxies);
  const metrics = createMetrics();
  const life = await loadSupergraph(parts.supergraphSdl, logger);
  const signals = createPostedSecuritySignals(endpoints.ops, logger, now);
  const executor = createExecutor({
    endpoints,
    observer: metrics,
    logger,
    requestTimeoutMs: config.requestTimeoutMs,
    suggestions: config.introspection,
  });
  const authorization = createAuthorizationStage(policies);

  const pipeline = createPipeline({
    tenant: createTenantStage(createTenantDirectory(endpoints.tenancy, logger), config.baseDomain),
    authentication: createAuthenticationStage(
      [createAccessTokenStrategy({ keys: createKeySet(endpoints.identity, now), issuer: config.tokenIssuer, signals, now })],
      signals,
    ),
    limits: createLimitsStage(config.limits),
    authorization,
    planning: createPlanningStage(metrics),
    execution: (operation) => executor.execute(operation),
    subscriptions: createSubscriptionStage({ endpoints, executor, authorize: authorization, observer: metrics, logger }),
  });

  let stopping = false;
  const { introspection, limits } = config;
  const front = await startApolloFront({
    life,
    pipeline,
    introspection,
    logger,
    answered: (type, result, seconds) => metrics.answered(type, result, seconds),
  });
  const routes = createRoutes({
    pipeline,
    front,
    metrics,
    endpoints,
    logger,
    explorer: introspection,
    isStopping: () => stopping,
  });
  const server = createHttpFront({ routes, clientOf, bodyBytes: limits.bodyBytes, metrics, logger });
  const sockets = attachWebSocketFront({
    server,
    pipeline,
    front,
    life,
    introspection,
    clientOf,
    messageBytes: limits.bodyBytes,
    metrics,
    logger,
  });

  return {
    async listen({ host, port }) {
      const address = await listenOn(server, host, port);
      const shownHost = host.includes(':') ? `[${host}]` : host;
      return { url: `http://${shownHost}:${address.port}` };
    },
    replaceSupergraph: (sdl) => life.replace(sdl),
    async stop() {
      if (stopping) return;
      stopping = true;
      const closed = closeServer(server);
      await sockets.stop();
      await closed;
      await front.stop();
      await signals.drained();
      await life.stop();
    },
  };
}
