import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import type { IncomingRequest, Stage } from '../request.js';
import type { HttpAnswer } from './answer.js';
import type { ClientFacts } from './client-address.js';
import { headerOf } from './incoming.js';
import type { OriginPolicy } from './origin-policy.js';

type Headers = Readonly<Record<string, string>>;

export interface Cors {
  /** The answer to a preflight; null for any other request. Nobody is asked who they are: a preflight cannot say. */
  preflight(message: IncomingMessage, client: ClientFacts, incoming: IncomingRequest): Promise<HttpAnswer | null>;
  /** What lets a page read the answer; nothing for a page that may not. */
  headersFor(message: IncomingMessage, client: ClientFacts, requestId: string): Promise<Headers>;
}

/**
 * Whether a WebSocket may be opened from where the request comes. Browsers ask nobody before they open one, so the
 * origin is looked at here. Programs send none and are let in: what they may do is decided by their token, which is
 * in the connection's parameters and never sent by a browser of itself.
 *
 * @throws {Refusal} FORBIDDEN for a page of another tenant's, or of nobody's
 */
export async function refuseForeignPage(
  policy: OriginPolicy,
  message: IncomingMessage,
  client: ClientFacts,
  requestId: string,
): Promise<void> {
  const origin = headerOf(message, 'origin');
  if (origin === null || (await policy.allows(origin, client, requestId))) return;
  throw new Refusal('FORBIDDEN', 'Pages of that origin may not connect here');
}

const ALLOWED_METHODS = 'GET, POST';
const ALLOWED_HEADERS = [
  'authorization',
  'dpop',
  'content-type',
  'x-tenant',
  'x-captcha',
  'if-none-match',
  'cache-control',
  'last-event-id',
  'x-unauthorized',
  'x-request-id',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'traceparent',
  'tracestate',
].join(', ');
const EXPOSED_HEADERS = [
  'x-request-id',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'age',
  'etag',
  'deprecation',
  'sunset',
  'www-authenticate',
].join(', ');

/** Two hours: the longest that browsers keep to. */
const PREFLIGHT_SECONDS = '7200';
const PREFLIGHT_VARY = 'origin, access-control-request-method, access-control-request-headers';

/**
 * Cross-origin resource sharing. There are no cookies, so credentials are never allowed: what a page may send is a
 * token that it holds itself.
 * @param enter counts who asks: a preflight costs us the looking up of an origin
 */
export const createCors = (policy: OriginPolicy, enter: Stage<IncomingRequest, IncomingRequest>): Cors => ({
  async preflight(message, client, incoming) {
    const origin = headerOf(message, 'origin');
    if (message.method !== 'OPTIONS' || origin === null) return null;
    if (headerOf(message, 'access-control-request-method') === null) return null;
    const { requestId } = await enter(incoming);
    if (!(await policy.allows(origin, client, requestId))) {
      return { status: 403, headers: { vary: PREFLIGHT_VARY }, body: '' };
    }
    const headers = {
      vary: PREFLIGHT_VARY,
      'access-control-allow-origin': origin,
      'access-control-allow-methods': ALLOWED_METHODS,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    };
    return { status: 204, headers, body: '' };
  },
  async headersFor(message, client, requestId) {
    const origin = headerOf(message, 'origin');
    if (origin === null) return {};
    // Without tenancy nobody is let in; the request itself says then what is amiss.
    const allowed = await policy.allows(origin, client, requestId).catch(() => false);
    if (!allowed) return {};
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
    };
  },
});
