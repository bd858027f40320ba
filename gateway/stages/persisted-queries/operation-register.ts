import { LRUCache } from 'lru-cache';
import { REGISTERED_OPERATION_PATH, type RegisteredOperation } from '../../../subgraphs/_kernel/wire/registered-operations.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { GatewayLogger } from '../../logger.js';
import { Refusal } from '../../refusal.js';
import { gatewayEnvelope } from '../../request.js';

export interface Lookup {
  readonly tenant: TenantIdentity;
  readonly documentId: string;
  /** The only client that counts; null for every one. */
  readonly client: string | null;
  readonly requestId: string;
}

/** What clients have registered. */
export interface OperationRegister {
  /** @throws {Refusal} SUBGRAPH_UNAVAILABLE when identity cannot be asked and it was never asked before */
  find(lookup: Lookup): Promise<RegisteredOperation | null>;
}

/** Milliseconds after which it is asked again whether an operation has been retired. */
const KNOWN_FOR_MS = 15_000;
/** Short, so that what has just been published is found; not zero, so that guessing ids costs us little. */
const UNKNOWN_FOR_MS = 5_000;
/** Bytes of documents that are kept; what stands behind an id never changes. */
const BYTES_KEPT = 64 * 1024 * 1024;
const UNKNOWN_KEPT = 20_000;

interface Remembered {
  readonly operation: RegisteredOperation;
  /** Epoch milliseconds. */
  readonly freshUntil: number;
}

/**
 * Asks identity and remembers what it answers: documents for long, since an id never gets another; whether one
 * is retired for seconds. While identity is away, what is remembered goes on being answered.
 */
export function createOperationRegister(identity: SubgraphEndpoint, logger: GatewayLogger, now: () => number): OperationRegister {
  const known = new LRUCache<string, Remembered>({
    maxSize: BYTES_KEPT,
    sizeCalculation: ({ operation }) => operation.body.length + 500,
  });
  const unknown = new LRUCache<string, number>({ max: UNKNOWN_KEPT });
  const underWay = new Map<string, Promise<RegisteredOperation | null>>();

  const ask = async ({ tenant, documentId, client, requestId }: Lookup): Promise<RegisteredOperation | null> => {
    const query = new URLSearchParams({ id: documentId, ...(client === null ? {} : { client }) });
    const response = await identity.forward(
      { method: 'GET', path: REGISTERED_OPERATION_PATH, search: `?${query.toString()}`, headers: {}, body: new Uint8Array() },
      { ...gatewayEnvelope(requestId), tenant },
    );
    if (response?.status === 200) return JSON.parse(response.body) as RegisteredOperation;
    // An identity without the route has nothing registered.
    if (response === null || response.status === 404) return null;
    throw new Error(`the look-up of an operation answered ${response.status}`);
  };

  const refresh = async (key: string, lookup: Lookup): Promise<RegisteredOperation | null> => {
    try {
      const operation = await ask(lookup);
      if (operation) known.set(key, { operation, freshUntil: now() + KNOWN_FOR_MS });
      else {
        known.delete(key);
        unknown.set(key, now() + UNKNOWN_FOR_MS);
      }
      return operation;
    } catch (error) {
      logger.error({ err: error, requestId: lookup.requestId }, 'registered operation not looked up');
      const stale = known.get(key);
      if (stale) return stale.operation;
      throw new Refusal('SUBGRAPH_UNAVAILABLE', 'The operation cannot be looked up at the moment');
    } finally {
      underWay.delete(key);
    }
  };

  return {
    async find(lookup) {
      const key = `${lookup.tenant.id} ${lookup.documentId} ${lookup.client ?? ''}`;
      const remembered = known.get(key);
      if (remembered && remembered.freshUntil > now()) return remembered.operation;
      if ((unknown.get(key) ?? 0) > now()) return null;
      const asked = underWay.get(key) ?? refresh(key, lookup);
      underWay.set(key, asked);
      return asked;
    },
  };
}
