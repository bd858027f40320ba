import type { Config } from '../infra/runtime/config.js';
import { isLocalEnvironment } from '../subgraphs/_kernel/wire/local-environment.js';
import { MAX_PAGE_SIZE } from '../subgraphs/_kernel/wire/page-size.js';
import type { CostLimits } from './stages/limits/cost/cost-limits.js';
import { DEFAULT_RATE_LIMITS, type RateLimits } from './stages/rate-limits/rate-limits.js';
import { DEFAULT_TURN_LIMITS, type TurnLimits } from './stages/rate-limits/turns/turn-limits.js';

/** How large an operation may be. Every number is inclusive. */
export interface OperationLimits {
  /** Bytes of an HTTP body or of one WebSocket message. */
  readonly bodyBytes: number;
  readonly tokens: number;
  /** Levels of nested fields, fragments followed. */
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  /** Fields once every fragment is written out where it is spread. */
  readonly fields: number;
}

export const DEFAULT_LIMITS: OperationLimits = {
  bodyBytes: 1024 * 1024,
  tokens: 4_000,
  depth: 16,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  fields: 2_000,
};

/** `assumedListSize` is for lists without `@listSize`, which are those of one thing's few parts. */
export const DEFAULT_COST_LIMITS: CostLimits = { operation: 20_000, assumedListSize: 10, pageSize: MAX_PAGE_SIZE, valueDepth: 64 };

/** What those get who stay connected. */
export interface LiveLimits {
  /** WebSocket connections and event streams of one company at a time. */
  readonly perTenant: number;
  /** The same from one address. */
  readonly perAddress: number;
  /** Milliseconds without news of what was taken back after which nobody signed in is served. */
  readonly revocationsStaleAfterMs: number;
  /** Milliseconds that connections have to end in when the gateway stops. */
  readonly drainMs: number;
}

/** An address may be that of a whole office, or of a mobile network. */
export const DEFAULT_LIVE_LIMITS: LiveLimits = {
  perTenant: 5_000,
  perAddress: 1_000,
  revocationsStaleAfterMs: 60_000,
  drainMs: 5_000,
};

/** What the gateway has to be told; the caller reads it from wherever configuration is kept. */
export interface GatewayConfig {
  /** The domain whose subdomains are tenants, such as `localhost` or `spine.example`. */
  readonly baseDomain: string;
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** `iss` of the access tokens that are accepted. */
  readonly tokenIssuer: string;
  /** Introspection, suggestions, the explorer pages and `x-spine-explain`; off in production. */
  readonly introspection: boolean;
  /** Whether pages from this machine, on any port and without TLS, count as the domain they are under. */
  readonly localOrigins: boolean;
  /** Where the figures for Prometheus are served; null for the gateway's own address. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | null;
  /** Milliseconds after which a request is answered with what there is. */
  readonly requestTimeoutMs: number;
  readonly limits: OperationLimits;
  /** Where documents are kept that clients name by their hash; undefined keeps them in this process. */
  readonly redisUrl: string | undefined;
  readonly cost: CostLimits;
  readonly rateLimits: RateLimits;
  readonly turns: TurnLimits;
  readonly live: LiveLimits;
}

/** The limits with the numbers that were configured. */
function rateLimitsOf({ limits }: Config): RateLimits {
  const standard = DEFAULT_RATE_LIMITS;
  return {
    address: { ...standard.address, requests: limits.perAddress },
    anonymous: { ...standard.anonymous, requests: limits.perAnonymous },
    principal: { ...standard.principal, requests: limits.perPrincipal },
    tenant: { ...standard.tenant, requests: limits.perTenant },
    credentialsByAddress: { ...standard.credentialsByAddress, requests: limits.credentialsByAddress },
    credentialsByAccount: { ...standard.credentialsByAccount, requests: limits.credentialsByAccount },
  };
}

/** The gateway's part of the platform's configuration, the same in one process and apart. */
export const gatewayConfigOf = (config: Config, requestTimeoutMs: number): GatewayConfig => ({
  baseDomain: config.baseDomain,
  trustedProxies: config.trustedProxies,
  tokenIssuer: config.publicUrl,
  introspection: config.environment !== 'production',
  localOrigins: isLocalEnvironment(config.environment),
  metricsAddress: config.metricsAddress,
  requestTimeoutMs,
  limits: DEFAULT_LIMITS,
  redisUrl: config.redisUrl,
  cost: { ...DEFAULT_COST_LIMITS, operation: config.limits.operationCost },
  rateLimits: rateLimitsOf(config),
  turns: DEFAULT_TURN_LIMITS,
  live: { ...DEFAULT_LIVE_LIMITS, ...config.live },
});
