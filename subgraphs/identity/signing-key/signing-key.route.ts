import { JWKS_PATH } from '../../_kernel/wire/access-token.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { SigningKeyService } from './signing-key.service.js';

/** Publishes the verification keys to whoever has to check a token. */
export const signingKeyRoute = (signingKeys: SigningKeyService): SubgraphRoute => ({
  method: 'GET',
  path: JWKS_PATH,
  handle: async () => ({
    status: 200,
    headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=60' },
    body: JSON.stringify(await signingKeys.publicKeys()),
  }),
});
