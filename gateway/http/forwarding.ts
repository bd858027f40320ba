import type { IncomingMessage } from 'node:http';
import { ANONYMOUS } from '../../subgraphs/_kernel/wire/principal.js';
import { ROUTE_METHODS } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import { ENVELOPE_HEADER, type Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { GatewayLogger } from '../logger.js';
import { Refusal } from '../refusal.js';
import type { IncomingRequest } from '../request.js';
import { refusalAnswer, type HttpAnswer } from './answer.js';
import { urlOf } from './incoming.js';

/** Headers that belong to one connection, or that only the gateway may write. */
const NOT_HANDED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  // Undone when the body was read.
  'content-encoding',
  'expect',
  'cookie',
  'authorization',
  'x-api-key',
  ENVELOPE_HEADER,
]);

const PASSED_BACK = ['content-type', 'cache-control', 'etag', 'retry-after'];

/** What goes to and fro beside that where the subgraph itself finds out who asks: pages, and the endpoints of OAuth. */
const CREDENTIALS = ['cookie', 'authorization'];
const PASSED_BACK_TO_BROWSERS = [
  ...PASSED_BACK,
  'location',
  'content-security-policy',
  'www-authenticate',
  'dpop-nonce',
  'pragma',
];

/** Inside which company a request is handed on, with what it is proved by who asks. */
export interface HandedOnInside {
  readonly tenant: TenantIdentity;
  /** The company's own domain, where it was asked there. */
  readonly ownDomain?: string | undefined;
}

const headersOf = (message: IncomingMessage, withCredentials: boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(message.headers)
      .filter(([name]) => !NOT_HANDED_ON.has(name) || (withCredentials && CREDENTIALS.includes(name)))
      .flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(', ')]])),
  );

const envelopeOf = ({ requestId, ip, userAgent }: IncomingRequest, { tenant, ownDomain }: HandedOnInside): Envelope => ({
  tenant,
  principal: ANONYMOUS,
  origin: { requestId, ip, userAgent, ...(ownDomain === undefined ? {} : { domain: ownDomain }) },
});

/**
 * Hands a request that is not GraphQL to the subgraph that serves it, as from nobody.
 * @param inside where the subgraph itself finds out who asks, of a company; without it no proof is handed on
 */
export async function forwardTo(
  endpoint: SubgraphEndpoint,
  message: IncomingMessage,
  incoming: IncomingRequest,
  body: Uint8Array,
  logger: GatewayLogger,
  inside?: HandedOnInside,
): Promise<HttpAnswer> {
  const { pathname, search } = urlOf(message);
  const method = ROUTE_METHODS.find((one) => one === message.method) ?? 'GET';
  const request = { method, path: pathname, search, headers: headersOf(message, inside !== undefined), body };
  const envelope = envelopeOf(incoming, inside ?? { tenant: PLATFORM_TENANT });
  const response = await endpoint.forward(request, envelope).catch((error: unknown) => {
    logger.error({ err: error, subgraph: endpoint.name, requestId: incoming.requestId }, 'not handed on');
    throw new Refusal('SUBGRAPH_UNAVAILABLE', 'This cannot be served at the moment');
  });
  if (!response) return refusalAnswer(new Refusal('NOT_FOUND', 'There is nothing here'), incoming.requestId);
  const passedBack = inside ? PASSED_BACK_TO_BROWSERS : PASSED_BACK;
  const headers = Object.entries(response.headers).filter(([name]) => passedBack.includes(name.toLowerCase()));
  const answer = { status: response.status, headers: Object.fromEntries(headers), body: response.body };
  return inside ? { ...answer, cookies: response.cookies ?? [] } : answer;
}
