import type { IncomingMessage } from 'node:http';
import { ANONYMOUS } from '../../subgraphs/_kernel/wire/principal.js';
import { ENVELOPE_HEADER, type Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { PLATFORM_TENANT } from '../../subgraphs/_kernel/wire/tenant.js';
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

const headersOf = (message: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(message.headers)
      .filter(([name, value]) => value !== undefined && !NOT_HANDED_ON.has(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

const envelopeOf = ({ requestId, ip, userAgent }: IncomingRequest): Envelope => ({
  tenant: PLATFORM_TENANT,
  principal: ANONYMOUS,
  origin: { requestId, ip, userAgent },
});

/** Hands a request that is not GraphQL to the subgraph that serves it, as from nobody. */
export async function forwardTo(
  endpoint: SubgraphEndpoint,
  message: IncomingMessage,
  incoming: IncomingRequest,
  body: Uint8Array,
  logger: GatewayLogger,
): Promise<HttpAnswer> {
  const { pathname, search } = urlOf(message);
  const request = { method: message.method ?? 'GET', path: pathname, search, headers: headersOf(message), body };
  const response = await endpoint.forward(request, envelopeOf(incoming)).catch((error: unknown) => {
    logger.error({ err: error, subgraph: endpoint.name, requestId: incoming.requestId }, 'not handed on');
    throw new Refusal('SUBGRAPH_UNAVAILABLE', 'This cannot be served at the moment');
  });
  if (!response) return refusalAnswer(new Refusal('NOT_FOUND', 'There is nothing here'), incoming.requestId);
  const headers = Object.entries(response.headers).filter(([name]) => PASSED_BACK.includes(name.toLowerCase()));
  return { status: response.status, headers: Object.fromEntries(headers), body: response.body };
}
