import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeHttpServer } from '../subgraphs/_kernel/wire/close-http-server.js';
import type { GatewayConfig } from './gateway-config.js';
import { startApolloFront } from './http/apollo-front.js';
import { createClientReader } from './http/client-address.js';
import { createCaptcha } from './flags/captcha.js';
import { followFlags } from './flags/flag-feed.js';
import { createOfrep } from './flags/ofrep.js';
import { createSwitches } from './flags/switches.js';
import { createCors, refuseForeignPage } from './http/cors.js';
import { createEventStreamFront } from './http/event-stream-front.js';
import { createHttpFront } from './http/http-front.js';
import { requestIdOf } from './http/incoming.js';
import { createMetricsFront } from './http/metrics-front.js';
import { createOriginPolicy } from './http/origin-policy.js';
import { createConnectionLimits } from './http/connection-limits.js';
import { createDashboard, DASHBOARD_FOLDER } from './http/dashboard.js';
import { createRoutes } from './http/routes.js';
import { closeSilentConnections } from './http/silent-connections.js';
import { attachWebSocketFront } from './http/websocket-front.js';
import type { GatewayLogger } from './logger.js';
import { createMetrics } from './metrics.js';
import { observeStages } from './observation/observed-stages.js';
import { createPipeline, startWith, type Stages } from './pipeline.js';
import { tellQueues } from './observation/queue-gauges.js';
import { createOpsReports } from './ops-reports.js';
import { createRefusedMutations } from './refused-mutations.js';
import { countRefusals } from './refused-requests.js';
import { countRequests } from './request-counts.js';
import { createRevocations } from './revocation/revocations.js';
import { createPostedSecuritySignals } from './security-signals.js';
import { createAccessTokenStrategy } from './stages/authentication/access-token.js';
import { createTokenIssuers } from './stages/authentication/token-issuers.js';
import { createApiKeyStrategy } from './stages/authentication/api-key.js';
import { createApiKeyDirectory } from './stages/authentication/api-key-directory.js';
import type { FileDoor } from '../subgraphs/_kernel/wire/file-door.js';
import { createActivityReporter } from './stages/authentication/member-activity.js';
import { createApiKeyUses } from './stages/authentication/api-key-uses.js';
import { createAuthenticationStage, type AuthenticationStrategy } from './stages/authentication/authentication.js';
import { createKeyProofs } from './stages/authentication/key-proof.js';
import { createKeySet } from './stages/authentication/key-set.js';
import { createAllOrNothingStage } from './stages/authorization/all-or-nothing.js';
import { createAuthorizationStage } from './stages/authorization/authorization.js';
import { createIdentityPolicies } from './stages/authorization/identity-policies.js';
import type { PolicyRegistry } from './stages/authorization/policies.js';
import { createExecutor } from './stages/execution/execution.js';
import type { Endpoints } from './stages/execution/subgraph-caller.js';
import { createCostStage } from './stages/limits/cost/cost.js';
import { createLimitsStage } from './stages/limits/limits.js';
import { createDocumentCache } from './stages/persisted-queries/document-cache.js';
import { observeAnswers, warnOfRetirement } from './stages/persisted-queries/observed-answers.js';
import { createOperationRegister } from './stages/persisted-queries/operation-register.js';
import { createOperationUses } from './stages/persisted-queries/operation-uses.js';
import { createPersistedQueryStage } from './stages/persisted-queries/persisted-queries.js';
import { createPlanningStage } from './stages/planning/planning.js';
import { createMemoryCounter } from './stages/rate-limits/memory-counter.js';
import type { RateCounter } from './stages/rate-limits/rate-counter.js';
import type { RateLimits } from './stages/rate-limits/rate-limits.js';
import { createRateLimiter } from './stages/rate-limits/rate-limiter.js';
import { createHeldRefusals } from './stages/rate-limits/held-refusals.js';
import { createRateStages } from './stages/rate-limits/rates.js';
import { createLoopSaturation } from './stages/rate-limits/turns/saturation.js';
import { createTurns } from './stages/rate-limits/turns/turns.js';
import { createAnswerStore } from './stages/response-cache/answer-store.js';
import { createResponseCache } from './stages/response-cache/response-cache.js';
import { createSubscriptionStage } from './stages/subscriptions/subscriptions.js';
import { createReadOnlyStage } from './stages/tenant/read-only.js';
import { createTenantDirectory } from './stages/tenant/tenant-directory.js';
import { createTenantStage } from './stages/tenant/tenant.js';
import { loadSupergraph } from './supergraph/supergraph-life.js';

/** How long the first request may be held up by learning what was taken back before this process began. */
const CATCH_UP_MS = 5_000;

export interface GatewayParts {
  /** The composed supergraph, as committed. */
  readonly supergraphSdl: string;
  /** Every subgraph; whoever made them closes them after the gateway has stopped. */
  readonly endpoints: Endpoints;
  readonly config: GatewayConfig;
  readonly logger: GatewayLogger;
  /** Decides the names that `@policy` carries; identity does without one. */
  readonly policies?: PolicyRegistry;
  /** Ways of proving who one is that are tried before the gateway's own. */
  readonly strategies?: readonly AuthenticationStrategy[];
  /** Where requests are counted; in this process by default. Whoever made it closes it after the gateway has stopped. */
  readonly counter?: RateCounter;
  /** Where links to files lead that are kept on this machine; without it there are none. */
  readonly files?: FileDoor;
  /** Epoch milliseconds; the system's clock by default. */
  readonly now?: () => number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Gateway {
  /** @throws {ListenError} when the address cannot be had; port 0 lets the system choose */
  listen(address: Address): Promise<{ readonly url: string; readonly figuresUrl: string | null }>;
  /** Takes a new supergraph over; operations under way end with the one they began with. */
  replaceSupergraph(supergraphSdl: string): void;
  /** Changes limits from the next request on; what was counted stays counted. */
  changeRateLimits(change: Partial<RateLimits>): void;
  /** Lets requests under way end, ends subscriptions, then stops. */
  stop(): Promise<void>;
}

/** The address to listen on cannot be had; the message is one sentence for whoever started the gateway. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

function listenErrorOf(error: NodeJS.ErrnoException, host: string, port: number, variable: string): ListenError {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is taken by another program; stop that one or set ${variable} to another`
      : `The gateway cannot listen on ${host}:${port} (${error.code ?? error.message})`;
  return new ListenError(`${reason}.`, { cause: error });
}

/**
 * @param variable what names the port
 * @throws {ListenError}
 */
export const listenOn = (server: Server, host: string, port: number, variable = 'PORT'): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenErrorOf(error, host, port, variable));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });

async function urlOfListening(server: Server, { host, port }: Address, variable: string): Promise<string> {
  const address = await listenOn(server, host, port, variable);
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = closeHttpServer(server);
  closeSilentConnections(server);
  await closed;
}

/** @throws when the supergraph is not valid or a trusted proxy is not an address */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { endpoints, config, logger, policies = createIdentityPolicies(endpoints.identity, logger), now = Date.now } = parts;
  const clientOf = createClientReader(config.trustedProxies);
  const metrics = createMetrics();
  const life = await loadSupergraph(parts.supergraphSdl, logger);
  const signals = createPostedSecuritySignals(endpoints.ops, logger, now);
  const reports = createOpsReports(endpoints.ops, logger);
  tellQueues({ registry: metrics.registry, ops: endpoints.ops, logger, now });
  const refused = createRefusedMutations(reports, now);
  const executor = createExecutor({
    endpoints,
    observer: metrics,
    logger,
    requestTimeoutMs: config.requestTimeoutMs,
    suggestions: config.introspection,
  });
  const directory = createTenantDirectory(endpoints.tenancy, logger);

  let rateLimits = config.rateLimits;
  const counter = parts.counter ?? createMemoryCounter();
  const flagFeed = followFlags(endpoints.ops, logger);
  const switches = createSwitches(flagFeed.flags, createCaptcha(counter, now), now);
  const authorization = createAuthorizationStage(policies, (caller, among) => switches.modulesOff(caller, among));
  const rates = createRateStages(createRateLimiter(counter), (caller) => switches.limitsFor(caller, rateLimits));
  const saturation = createLoopSaturation();
  const turns = createTurns(config.turns, saturation);
  const held = createHeldRefusals(saturation);
  const cost = createCostStage(config.cost);

  const answers = createAnswerStore(config.redisUrl, logger);
  const documents = createDocumentCache(config.redisUrl, logger);
  const uses = createOperationUses({ identity: endpoints.identity, registry: metrics.registry, logger, now });
  const keys = createApiKeyDirectory(endpoints.identity, logger, now);
  const keyUses = createApiKeyUses({ identity: endpoints.identity, logger, now });
  const activity = createActivityReporter({ identity: endpoints.identity, logger, now });
  const register = createOperationRegister(endpoints.identity, logger, now);
  const { revocationsStaleAfterMs: staleAfterMs } = config.live;
  const { identity, tenancy } = endpoints;
  const issuers = createTokenIssuers(config.tokenIssuer, directory);
  const revocations = createRevocations({ identity, tenancy, directory, issuers, keys, staleAfterMs, observer: metrics, logger, now });

  const stages: Stages = {
    door: held.slowly(rates.door),
    crowd: held.slowly(turns.crowd),
    rates: held.slowly(rates.caller),
    switches: switches.stage,
    readOnly: refused.around(createReadOnlyStage()),
    attempts: rates.attempts,
    price: cost.price,
    turns: turns.inTurn,
    receipt: async (operation, proceed) => cost.tell(operation, await proceed(operation)),
    tenant: createTenantStage(directory, keys, config.baseDomain),
    revocation: activity.noting(revocations.stage),
    authentication: createAuthenticationStage(
      [
        ...(parts.strategies ?? []),
        createApiKeyStrategy({ directory: keys, uses: keyUses, signals }),
        createAccessTokenStrategy({
          keys: createKeySet(endpoints.identity, now),
          proofs: createKeyProofs(counter, now),
          issuer: config.tokenIssuer,
          issuers,
          signals,
          now,
        }),
      ],
      signals,
    ),
    persistedQueries: createPersistedQueryStage({ register, documents, uses, now }),
    limits: createLimitsStage(config.limits),
    authorization: startWith(authorization).then(refused.cut).then(createAllOrNothingStage()).run,
    cache: createResponseCache({ store: answers, observer: metrics, now }),
    planning: createPlanningStage(metrics),
    execution: observeAnswers((operation) => executor.execute(operation), uses),
    subscriptions: warnOfRetirement(
      createSubscriptionStage({ endpoints, executor, authorize: authorization, observer: metrics, logger }),
    ),
  };
  const refusals = countRefusals(createPipeline(observeStages(stages, metrics)), { reports, now });
  const connections = createConnectionLimits(config.live, refusals);
  const { pipeline, ...requests } = countRequests(refusals.pipeline, { ops: endpoints.ops, logger, now });

  let stopping = false;
  const { introspection, limits } = config;
  const front = await startApolloFront({
    life,
    pipeline,
    introspection,
    logger,
    answered: (type, result, seconds) => metrics.answered(type, result, seconds),
  });
  const origins = createOriginPolicy({ baseDomain: config.baseDomain, localOrigins: config.localOrigins, directory });
  const refuseForeign = (message: IncomingMessage): Promise<void> =>
    refuseForeignPage(origins, message, clientOf(message), requestIdOf(message));
  const { sessions } = revocations;
  const events = createEventStreamFront({
    pipeline,
    front,
    life,
    introspection,
    sessions,
    connections,
    refuseForeignPage: refuseForeign,
    metrics,
  });
  const ofrep = createOfrep({ flags: flagFeed.flags, pipeline, connections, now });
  const routes = createRoutes({
    ofrep,
    pipeline,
    front,
    events,
    metrics,
    endpoints,
    dashboard: createDashboard(DASHBOARD_FOLDER),
    files: parts.files,
    logger,
    explorer: introspection,
    openMetrics: config.metricsAddress === null,
    isStopping: () => stopping,
    isSecure: (message) => clientOf(message).secure,
  });
  const cors = createCors(origins, pipeline.enter);
  const server = createHttpFront({
    routes,
    clientOf,
    bodyBytes: limits.bodyBytes,
    cors,
    explain: introspection,
    refusals,
    metrics,
    logger,
  });
  const figures = config.metricsAddress ? createMetricsFront(metrics.registry) : null;
  const sockets = attachWebSocketFront({
    server,
    pipeline,
    front,
    life,
    introspection,
    clientOf,
    messageBytes: limits.bodyBytes,
    sessions,
    connections,
    drainMs: config.live.drainMs,
    refuseForeignPage: refuseForeign,
    metrics,
    logger,
  });

  return {
    async listen({ host, port }) {
      await Promise.all([revocations.caughtUp(CATCH_UP_MS), flagFeed.caughtUp(CATCH_UP_MS)]);
      const figuresUrl =
        figures && config.metricsAddress ? await urlOfListening(figures, config.metricsAddress, 'METRICS_PORT') : null;
      return { url: await urlOfListening(server, { host, port }, 'PORT'), figuresUrl };
    },
    replaceSupergraph: (sdl) => life.replace(sdl),
    changeRateLimits(change) {
      rateLimits = { ...rateLimits, ...change };
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      const closed = Promise.all([closeServer(server), figures ? closeServer(figures) : null]);
      events.stop();
      ofrep.stop();
      await sockets.stop();
      await closed;
      revocations.stop();
      flagFeed.stop();
      turns.stop();
      held.stop();
      await front.stop();
      await signals.drained();
      refusals.stop();
      await reports.stop();
      await uses.stop();
      await keyUses.stop();
      await activity.stop();
      await requests.stop();
      documents.close();
      answers.close();
      await life.stop();
    },
  };
}
