/** Pages bring a policy of their own; everything else may load nothing at all. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const ONE_YEAR = 'max-age=31536000; includeSubDomains';

/** @param secure whether the client came by https */
export const securityHeaders = (requestId: string, secure: boolean): Readonly<Record<string, string>> => ({
  'x-request-id': requestId,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'content-security-policy': NOTHING,
  'cache-control': 'no-store',
  vary: 'origin, accept-encoding',
  ...(secure ? { 'strict-transport-security': ONE_YEAR } : {}),
});
