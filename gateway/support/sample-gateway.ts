import { DEFAULT_COST_LIMITS, DEFAULT_LIMITS, DEFAULT_LIVE_LIMITS, type GatewayConfig } from '../gateway-config.js';
import { DEFAULT_TURN_LIMITS } from '../stages/rate-limits/turns/turn-limits.js';
import { createGateway, type Gateway, type GatewayParts } from '../gateway.js';
import type { GatewayLogger } from '../logger.js';
import { createSampleEndpoints, type SampleEndpoints } from './sample-endpoints.js';
import { sampleSupergraph } from './sample-graph.js';
import { ISSUER } from './sample-tokens.js';

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export function createRecordingLogger(): { readonly logger: GatewayLogger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, fields, message });
  return { logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

/** Counted, but not met by what is not about rates. */
const UNREACHED = 1_000_000_000;

export const SAMPLE_CONFIG: GatewayConfig = {
  baseDomain: 'spine.test',
  trustedProxies: [],
  tokenIssuer: ISSUER,
  introspection: true,
  localOrigins: false,
  metricsAddress: null,
  requestTimeoutMs: 5_000,
  limits: DEFAULT_LIMITS,
  redisUrl: undefined,
  cost: DEFAULT_COST_LIMITS,
  rateLimits: {
    address: { requests: UNREACHED, seconds: 60 },
    anonymous: { requests: UNREACHED, seconds: 60 },
    principal: { requests: UNREACHED, seconds: 60 },
    tenant: { requests: UNREACHED, seconds: 60 },
    credentialsByAddress: { requests: UNREACHED, seconds: 60 },
    credentialsByAccount: { requests: UNREACHED, seconds: 60 },
  },
  turns: DEFAULT_TURN_LIMITS,
  live: DEFAULT_LIVE_LIMITS,
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Record<string, unknown>;
    }[];
  };
}

export interface SampleGateway extends SampleEndpoints {
  readonly gateway: Gateway;
  readonly url: string;
  /** Where the figures are, if at an address of their own. */
  readonly figuresUrl: string | null;
  readonly lines: LogLine[];
  ask(query: string, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly host?: string;
  readonly token?: string | undefined;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly headers?: Record<string, string>;
}

/** A gateway over the sample graph, listening on a port of its own. */
export async function startSampleGateway(
  config: Partial<GatewayConfig> = {},
  sample: SampleEndpoints = createSampleEndpoints(),
  parts: Partial<GatewayParts> = {},
): Promise<SampleGateway> {
  const { logger, lines } = createRecordingLogger();
  const gateway = await createGateway({
    supergraphSdl: sampleSupergraph,
    endpoints: sample.endpoints,
    config: { ...SAMPLE_CONFIG, ...config },
    logger,
    ...parts,
  });
  const { url, figuresUrl } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...sample,
    gateway,
    url,
    figuresUrl,
    lines,
    async ask(query, { host = 'acme.spine.test', token, variables, operationName, headers } = {}) {
      const response = await requestWithHost(`${url}/graphql`, host, {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      }, JSON.stringify({ query, variables, operationName }));
      return { ...response, json: JSON.parse(response.body) as Answer['json'] };
    },
  };
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** `fetch` forbids setting Host; this does not. A body makes it a POST. */
export async function requestWithHost(
  url: string,
  host: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
  method = body === undefined ? 'GET' : 'POST',
): Promise<PlainResponse> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...headers, host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)])),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
