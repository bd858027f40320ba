const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The token of an `Authorization: Bearer …` header; null where the header is absent or of another scheme. */
export const bearerTokenOf = (authorization: string | null): string | null =>
  (authorization && BEARER.exec(authorization.trim())?.[1]) ?? null;
