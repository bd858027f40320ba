import type { LiveLimits } from '../gateway-config.js';
import { Refusal } from '../refusal.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';

/** How many connections that stay open one address and one company have, so that one cannot take them all. */
export interface ConnectionLimits {
  /** @returns gives the place back @throws {Refusal} RATE_LIMITED */
  enterFrom(ip: string | null): () => void;
  /** @returns gives the place back @throws {Refusal} RATE_LIMITED */
  enterTenant(tenant: TenantIdentity): () => void;
}

const RETRY_AFTER_SECONDS = 10;

function createPlaces(limit: number, whose: string): (key: string) => () => void {
  const taken = new Map<string, number>();
  return (key) => {
    const before = taken.get(key) ?? 0;
    if (before >= limit) {
      throw new Refusal('RATE_LIMITED', `At most ${limit} connections of ${whose} at a time`, {
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      });
    }
    taken.set(key, before + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (taken.get(key) ?? 1) - 1;
      if (rest === 0) taken.delete(key);
      else taken.set(key, rest);
    };
  };
}

export function createConnectionLimits(limits: Pick<LiveLimits, 'perAddress' | 'perTenant'>): ConnectionLimits {
  const addresses = createPlaces(limits.perAddress, 'one address');
  const tenants = createPlaces(limits.perTenant, 'one company');
  return {
    enterFrom: (ip) => addresses(ip ?? ''),
    enterTenant: ({ id }) => tenants(id),
  };
}
