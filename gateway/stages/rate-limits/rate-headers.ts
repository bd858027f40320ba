import type { Standing } from './standing.js';

/** Policy of programs, which are also told in the older headers. */
export const API_KEY_POLICY = 'api-key';

/**
 * What a client is told of its limits: `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers,
 * and for an API key `X-RateLimit-*`, its reset in epoch seconds.
 */
export function rateHeaders(standings: readonly Standing[], now = Date.now()): Readonly<Record<string, string>> {
  if (standings.length === 0) return {};
  const headers: Record<string, string> = {
    'ratelimit-policy': standings.map(({ policy, rate }) => `"${policy}";q=${rate.requests};w=${rate.seconds}`).join(', '),
    ratelimit: standings.map(({ policy, remaining, resetsIn }) => `"${policy}";r=${remaining};t=${resetsIn}`).join(', '),
  };
  const apiKey = standings.find(({ policy }) => policy === API_KEY_POLICY);
  if (apiKey) {
    headers['x-ratelimit-limit'] = String(apiKey.rate.requests);
    headers['x-ratelimit-remaining'] = String(apiKey.remaining);
    headers['x-ratelimit-reset'] = String(Math.ceil(now / 1000) + apiKey.resetsIn);
  }
  return headers;
}
