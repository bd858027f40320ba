import type { IncomingMessage } from 'node:http';
import type { RestCookie, RestOperation } from './rest-operation.js';

/** Value of a cookie of a request; of one that comes twice the first counts, empty where there is none. */
export function cookieOf(message: IncomingMessage, name: string): string {
  for (const pair of (message.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return '';
}

/** A `set-cookie` that keeps the value from scripts, from other sites and from every other path. */
export const setCookie = (
  { name, path }: NonNullable<RestOperation['cookie']>,
  { value, seconds }: RestCookie,
  isSecure: boolean,
): string => `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
