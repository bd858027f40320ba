import { DEFAULT_LIMITS, type GatewayConfig } from '../gateway-config.js';
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

export const SAMPLE_CONFIG: GatewayConfig = {
  baseDomain: 'spine.test',
  trustedProxies: [],
  tokenIssuer: ISSUER,
  introspection: true,
  requestTimeoutMs: 5_000,
  limits: DEFAULT_LIMITS,
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
  readonly lines: LogLine[];
  ask(query: string, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly host?: string;
  readonly token?: string | undefined;
  readonly variables?: Record<string, unknown>;
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
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...sample,
    gateway,
    url,
    lines,
    async ask(query, { host = 'acme.spine.test', token, variables, headers } = {}) {
      const response = await requestWithHost(`${url}/graphql`, host, {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      }, JSON.stringify({ query, variables }));
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
