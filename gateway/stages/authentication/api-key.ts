import { looksLikeApiKey } from '../../../subgraphs/_kernel/wire/api-key.js';
import { Refusal } from '../../refusal.js';
import type { SecuritySignals } from '../../security-signals.js';
import type { ApiKeyDirectory } from './api-key-directory.js';
import type { ApiKeyUses } from './api-key-uses.js';
import type { AuthenticationStrategy } from './authentication.js';
import { apiKeyIn } from './bearer-token.js';

/** Programs, by API key. A mistyped key is refused without asking anybody; an unknown and a revoked one alike. */
export const createApiKeyStrategy = (parts: {
  readonly directory: ApiKeyDirectory;
  readonly uses: ApiKeyUses;
  readonly signals: SecuritySignals;
}): AuthenticationStrategy => ({
  name: 'api-key',
  async authenticate({ authorization, requestId, tenant }) {
    const text = apiKeyIn(authorization);
    if (text === null) return null;
    const key = looksLikeApiKey(text) ? await parts.directory.find(text, requestId) : null;
    if (!key) {
      parts.signals.report('JWT_VALIDATION_ERROR', tenant.id);
      throw new Refusal('UNAUTHENTICATED', 'The API key is not valid');
    }
    parts.uses.used(key);
    const { tenantId, apiKeyId, serviceAccountId, permissions, hourlyLimit, registeredClient, expiresAt } = key;
    return {
      principal: { kind: 'service', serviceAccountId, apiKeyId, permissions, hourlyLimit, registeredClient },
      tenantId,
      expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
    };
  },
});
