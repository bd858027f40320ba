import {
  createLocalJWKSet,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { JWKS_PATH } from '../../../subgraphs/_kernel/wire/access-token.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { gatewayEnvelope } from '../../request.js';

/** How long to wait before an unknown key id makes us ask again, in milliseconds. */
const REFETCH_AFTER_MS = 10_000;

/** How long a set is believed although identity may have withdrawn a key, in milliseconds. */
const BELIEVED_FOR_MS = 5 * 60_000;

type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

interface FetchedKeys {
  readonly keys: LocalKeySet;
  readonly ids: ReadonlySet<string>;
  readonly fetchedAt: number;
}

/** Identity could not be asked for its keys: no fault of the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface KeySet {
  /** The verification key a token's header names. */
  keyFor(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
}

/**
 * Identity's published keys, cached. A key id that is not in the cache makes us ask again, at most every ten
 * seconds, so that rotation needs no restart and made-up key ids cost nothing.
 * @param now epoch milliseconds
 */
export function createKeySet(identity: SubgraphEndpoint, now: () => number): KeySet {
  let current: FetchedKeys | null = null;
  let lastAskedAt = -Infinity;
  let underWay: Promise<void> | null = null;

  const fetchKeys = async (): Promise<void> => {
    const response = await identity.forward(
      { method: 'GET', path: JWKS_PATH, search: '', headers: {}, body: new Uint8Array() },
      gatewayEnvelope('jwks'),
    );
    if (response?.status !== 200) throw new Error(`keys answered with status ${response?.status ?? 'none'}`);
    const set = JSON.parse(response.body) as JSONWebKeySet;
    const ids = new Set(set.keys.flatMap((key) => (typeof key.kid === 'string' ? [key.kid] : [])));
    current = { keys: createLocalJWKSet(set), ids, fetchedAt: now() };
  };

  const refresh = (): Promise<void> => {
    if (!underWay) {
      lastAskedAt = now();
      underWay = fetchKeys().finally(() => {
        underWay = null;
      });
    }
    return underWay;
  };

  const isStale = (kid: string): boolean =>
    !current || !current.ids.has(kid) || now() - current.fetchedAt > BELIEVED_FOR_MS;

  return {
    async keyFor(header, token) {
      const mayAsk = !current || underWay !== null || now() - lastAskedAt >= REFETCH_AFTER_MS;
      if (isStale(header.kid ?? '') && mayAsk) {
        try {
          await refresh();
        } catch (error) {
          if (!current) throw new KeysUnavailableError('The signing keys cannot be fetched', { cause: error });
        }
      }
      if (!current) throw new KeysUnavailableError('The signing keys cannot be fetched');
      return current.keys(header, token);
    },
  };
}
