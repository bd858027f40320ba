import { LRUCache } from 'lru-cache';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import {
  TENANT_LOOKUP_PATH,
  tenantLookupSearch,
  type TenantLookup,
  type TenantLookupAnswer,
} from '../../../subgraphs/_kernel/wire/tenant-lookup.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { GatewayLogger } from '../../logger.js';
import { Refusal } from '../../refusal.js';
import { gatewayEnvelope } from '../../request.js';

const KNOWN_FOR_MS = 30_000;
/** Short, so that a tenant that has just signed up is found; not zero, so that guessing names costs us little. */
const UNKNOWN_FOR_MS = 5_000;

interface Remembered {
  readonly tenant: TenantLookupAnswer;
}

/** Which tenant a host, slug or id belongs to. */
export interface TenantDirectory {
  /** @throws {Refusal} SUBGRAPH_UNAVAILABLE when tenancy cannot be asked */
  find(lookup: TenantLookup, requestId: string): Promise<TenantLookupAnswer>;
  /** Forgets at once what was known of a tenant, and who was not known: it may be that one now. */
  forget(tenantId: string): void;
}

/** Asks tenancy, remembers its answers, and asks once where many ask at the same time. */
export function createTenantDirectory(tenancy: SubgraphEndpoint, logger: GatewayLogger): TenantDirectory {
  const remembered = new LRUCache<string, Remembered>({ max: 10_000, ttl: KNOWN_FOR_MS });
  const underWay = new Map<string, Promise<TenantLookupAnswer>>();
  /** Counts what was forgotten: an answer that was asked for before is not remembered after. */
  let forgotten = 0;

  const searches = new LRUCache<string, string>({ max: 1_000 });

  const searchOf = (lookup: TenantLookup): string => {
    if (!('slug' in lookup)) return tenantLookupSearch(lookup);
    const known = searches.get(lookup.slug);
    if (known !== undefined) return known;
    const search = tenantLookupSearch(lookup);
    searches.set(lookup.slug, search);
    return search;
  };

  const ask = async (search: string, requestId: string): Promise<TenantLookupAnswer> => {
    const request = { method: 'GET', path: TENANT_LOOKUP_PATH, search, headers: {}, body: new Uint8Array() };
    const response = await tenancy.forward(request, gatewayEnvelope(requestId));
    if (response?.status === 200) return JSON.parse(response.body) as TenantIdentity;
    if (response?.status === 404) return null;
    throw new Error(`tenant look-up answered ${response?.status ?? 'that it has no such route'}`);
  };

  const askAndRemember = async (search: string, requestId: string): Promise<TenantLookupAnswer> => {
    const askedAt = forgotten;
    try {
      const tenant = await ask(search, requestId);
      if (askedAt === forgotten) remembered.set(search, { tenant }, tenant ? {} : { ttl: UNKNOWN_FOR_MS });
      return tenant;
    } catch (error) {
      logger.error({ err: error, requestId }, 'tenant look-up failed');
      throw new Refusal('SUBGRAPH_UNAVAILABLE', 'The tenant cannot be looked up at the moment');
    } finally {
      underWay.delete(search);
    }
  };

  return {
    async find(lookup, requestId) {
      const search = searchOf(lookup);
      const known = remembered.get(search);
      if (known) return known.tenant;
      const asked = underWay.get(search);
      if (asked) return asked;
      const answer = askAndRemember(search, requestId);
      underWay.set(search, answer);
      return answer;
    },
    forget(tenantId) {
      forgotten += 1;
      underWay.clear();
      for (const [search, { tenant }] of remembered.entries()) {
        if (tenant === null || tenant.id === tenantId) remembered.delete(search);
      }
    },
  };
}
