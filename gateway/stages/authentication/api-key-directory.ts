import { LRUCache } from 'lru-cache';
import { API_KEY_PATH, type KnownApiKey } from '../../../subgraphs/_kernel/wire/api-key.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../../logger.js';
import { Refusal } from '../../refusal.js';
import { gatewayEnvelope } from '../../request.js';
import { hashOfSecret } from '../../../subgraphs/_kernel/wire/secret-hash.js';

/** Whose keys are whose. */
export interface ApiKeyDirectory {
  /**
   * Null for a key that is unknown, revoked or expired.
   * @throws {Refusal} SUBGRAPH_UNAVAILABLE when identity cannot be asked
   */
  find(key: string, requestId: string): Promise<KnownApiKey | null>;
  /** Forgets a key at once, as when it was revoked. */
  forget(apiKeyId: string): void;
}

/** How long an answer is believed: a revoked key ends within this, also when nobody tells us. */
const BELIEVED_FOR_MS = 4_000;
const KEYS_KEPT = 20_000;

interface Answer {
  readonly key: KnownApiKey | null;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Asks identity by the key's hash and remembers the answer for seconds. @param now epoch milliseconds */
export function createApiKeyDirectory(
  identity: SubgraphEndpoint,
  logger: GatewayLogger,
  now: () => number,
): ApiKeyDirectory {
  const answers = new LRUCache<string, Answer>({ max: KEYS_KEPT });
  const underWay = new Map<string, Promise<KnownApiKey | null>>();

  const ask = async (hash: string, requestId: string): Promise<KnownApiKey | null> => {
    try {
      const response = await identity.forward(
        { method: 'GET', path: API_KEY_PATH, search: `?hash=${hash}`, headers: {}, body: new Uint8Array() },
        gatewayEnvelope(requestId),
      );
      if (response && response.status !== 200 && response.status !== 404) {
        throw new Error(`the look-up of a key answered ${response.status}`);
      }
      const key = response?.status === 200 ? (JSON.parse(response.body) as KnownApiKey) : null;
      answers.set(hash, { key, until: now() + BELIEVED_FOR_MS });
      return key;
    } catch (error) {
      logger.error({ err: error, requestId }, 'API key not looked up');
      throw new Refusal('SUBGRAPH_UNAVAILABLE', 'The key cannot be looked up at the moment');
    } finally {
      underWay.delete(hash);
    }
  };

  const standing = (key: KnownApiKey | null): KnownApiKey | null =>
    key && (key.expiresAt === null || Date.parse(key.expiresAt) > now()) ? key : null;

  return {
    async find(key, requestId) {
      const hash = hashOfSecret(key);
      const remembered = answers.get(hash);
      if (remembered && remembered.until > now()) return standing(remembered.key);
      const asked = underWay.get(hash) ?? ask(hash, requestId);
      underWay.set(hash, asked);
      return standing(await asked);
    },
    forget(apiKeyId) {
      for (const [hash, { key }] of answers.entries()) if (key?.apiKeyId === apiKeyId) answers.delete(hash);
    },
  };
}
