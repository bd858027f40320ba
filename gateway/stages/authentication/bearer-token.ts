import { API_KEY_PREFIX } from '../../../subgraphs/_kernel/wire/api-key.js';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The token of an `Authorization: Bearer …` header; null where the header is absent or of another scheme. */
export const bearerTokenOf = (authorization: string | null): string | null =>
  (authorization && BEARER.exec(authorization.trim())?.[1]) ?? null;

const ACCESS_TOKEN = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i;

export interface ShownToken {
  readonly token: string;
  /** Whether it is shown as one that is bound to a key. */
  readonly asBound: boolean;
}

/** The token of an `Authorization: Bearer …` or `DPoP …` header; null where there is neither. */
export function shownTokenOf(authorization: string | null): ShownToken | null {
  const [, scheme = '', token] = ACCESS_TOKEN.exec(authorization?.trim() ?? '') ?? [];
  return token === undefined ? null : { token, asBound: scheme.toLowerCase() === 'dpop' };
}

/** The key in an `Authorization` header; null where there is something else, or nothing. */
export function apiKeyIn(authorization: string | null): string | null {
  const token = bearerTokenOf(authorization);
  return token?.startsWith(API_KEY_PREFIX) ? token : null;
}
