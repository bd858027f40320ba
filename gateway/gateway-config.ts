import type { Config } from '../infra/runtime/config.js';

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

/** What the gateway has to be told; the caller reads it from wherever configuration is kept. */
export interface GatewayConfig {
  /** The domain whose subdomains are tenants, such as `localhost` or `spine.example`. */
  readonly baseDomain: string;
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** `iss` of the access tokens that are accepted. */
  readonly tokenIssuer: string;
  /** Introspection, suggestions and the explorer pages; off in production. */
  readonly introspection: boolean;
  /** Milliseconds after which a request is answered with what there is. */
  readonly requestTimeoutMs: number;
  readonly limits: OperationLimits;
}

/** The gateway's part of the platform's configuration, the same in one process and apart. */
export const gatewayConfigOf = (config: Config, requestTimeoutMs: number): GatewayConfig => ({
  baseDomain: config.baseDomain,
  trustedProxies: config.trustedProxies,
  tokenIssuer: config.publicUrl,
  introspection: config.environment !== 'production',
  requestTimeoutMs,
  limits: DEFAULT_LIMITS,
});
