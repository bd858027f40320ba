import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from '../request.js';
import { hostName } from '../stages/tenant/host.js';
import type { ClientFacts } from './client-address.js';

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

export const headerOf = (message: IncomingMessage, name: string): string | null => {
  const value = message.headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
};

/** The client's own request id where it is fit to be logged, else a new one. */
export function requestIdOf(message: IncomingMessage): string {
  const given = headerOf(message, 'x-request-id');
  return given && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The path and query of a request; the origin is of no meaning. */
export const urlOf = (message: IncomingMessage): URL => {
  // A path that begins with two slashes would otherwise be read as a host.
  const path = (message.url ?? '/').replace(/^\/+/, '/');
  return URL.canParse(path, 'http://gateway') ? new URL(path, 'http://gateway') : new URL('http://gateway/');
};

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
  tenantHint: headerOf(message, 'x-tenant') ?? urlOf(message).searchParams.get('tenant'),
});
