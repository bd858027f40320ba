import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { CAPTCHA_HEADER } from '../flags/captcha.js';
import type { IncomingRequest, KeyProof } from '../request.js';
import { UNAUTHORIZED_HEADER } from '../stages/authorization/all-or-nothing.js';
import { hostName } from '../stages/tenant/host.js';
import type { ClientFacts } from './client-address.js';

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

export const headerOf = (message: IncomingMessage, name: string): string | null => {
  const value = message.headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
};

/** What a client proves with who it is; an API key has a header of its own for those who cannot set the usual one. */
export function authorizationOf(message: IncomingMessage): string | null {
  const key = headerOf(message, 'x-api-key');
  return headerOf(message, 'authorization') ?? (key ? `Bearer ${key}` : null);
}

/** The client's own request id where it is fit to be logged, else a new one. */
export function requestIdOf(message: IncomingMessage): string {
  const given = headerOf(message, 'x-request-id');
  return given && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What of an address is read, and never changed. */
export interface RequestAddress {
  readonly pathname: string;
  readonly search: string;
  readonly searchParams: Pick<URLSearchParams, 'get' | 'getAll' | 'has'>;
}

/** Nearly everyone asks at the same few addresses. What carries a query, or is long, is not remembered. */
const addresses = new LRUCache<string, RequestAddress>({ max: 200 });
const LONGEST_REMEMBERED = 64;

/** The path and query of a request; the origin is of no meaning. */
export const urlOf = (message: IncomingMessage): RequestAddress => {
  const asked = message.url ?? '/';
  const known = addresses.get(asked);
  if (known) return known;
  const address = addressOf(asked);
  if (asked.length <= LONGEST_REMEMBERED && !asked.includes('?')) addresses.set(asked, address);
  return address;
};

function addressOf(asked: string): RequestAddress {
  // A path that begins with two slashes would otherwise be read as a host.
  const path = asked.replace(/^\/+/, '/');
  const { pathname, search, searchParams } = URL.canParse(path, 'http://gateway')
    ? new URL(path, 'http://gateway')
    : new URL('http://gateway/');
  return { pathname, search, searchParams };
}

/** @param jwt the proof of a key, as it came; null where there is none */
export const keyProofOf = (message: IncomingMessage, { host, secure }: ClientFacts, jwt: string | null): KeyProof | null =>
  jwt === null
    ? null
    : { jwt, method: message.method ?? '', url: `${secure ? 'https' : 'http'}://${host}${urlOf(message).pathname}` };

export const incomingOf = (
  message: IncomingMessage,
  client: ClientFacts,
  requestId: string,
  authorization: string | null,
): IncomingRequest => ({
  requestId,
  ip: client.ip,
  userAgent: headerOf(message, 'user-agent'),
  host: hostName(client.host),
  authorization,
  keyProof: keyProofOf(message, client, headerOf(message, 'dpop')),
  tenantHint: headerOf(message, 'x-tenant') ?? urlOf(message).searchParams.get('tenant'),
  captcha: headerOf(message, CAPTCHA_HEADER),
  allOrNothing: headerOf(message, UNAUTHORIZED_HEADER) === 'reject',
});
