import { API_KEY_USES_PATH, type ApiKeyUse, type KnownApiKey } from '../../../subgraphs/_kernel/wire/api-key.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../../logger.js';
import { createUseReporter, type UseReporter } from '../../use-reporter.js';

/** Who still uses which key: told to identity off the request's way. */
export interface ApiKeyUses {
  used(key: Pick<KnownApiKey, 'tenantId' | 'apiKeyId'>): void;
  /** Sends what has not been reported yet, and reports no more. */
  stop(): Promise<void>;
}

/** @param now epoch milliseconds */
export function createApiKeyUses(parts: {
  readonly identity: SubgraphEndpoint;
  readonly logger: GatewayLogger;
  readonly now: () => number;
}): ApiKeyUses {
  const { identity, logger, now } = parts;
  const reporter: UseReporter = createUseReporter({
    endpoint: identity,
    logger,
    path: API_KEY_USES_PATH,
    useOf: (key, uses, lastUsedAt): ApiKeyUse => {
      const [tenantId = '', apiKeyId = ''] = key.split(' ');
      return { tenantId, apiKeyId, uses, lastUsedAt };
    },
  });
  return {
    used: ({ tenantId, apiKeyId }) => reporter.add(`${tenantId} ${apiKeyId}`, now()),
    stop: () => reporter.stop(),
  };
}
