import { API_KEY_PREFIX } from '../../../subgraphs/_kernel/wire/api-key.js';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The token of an `Authorization: Bearer …` header; null where the header is absent or of another scheme. */
export const bearerTokenOf = (authorization: string | null): string | null =>
  (authorization && BEARER.exec(authorization.trim())?.[1]) ?? null;

/** The key in an `Authorization` header; null where there is something else, or nothing. */
export function apiKeyIn(authorization: string | null): string | null {
  const token = bearerTokenOf(authorization);
  return token?.startsWith(API_KEY_PREFIX) ? token : null;
}
