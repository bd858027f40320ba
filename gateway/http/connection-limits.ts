import type { LiveLimits } from '../gateway-config.js';
import { Refusal } from '../refusal.js';
import type { RefusalNotes } from '../refused-requests.js';
import type { IncomingRequest } from '../request.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** How many connections that stay open one address and one company have, so that one cannot take them all. */
export interface ConnectionLimits {
  /** @returns gives the place back @throws {Refusal} RATE_LIMITED */
  enterFrom(incoming: IncomingRequest): () => void;
  /** @returns gives the place back @throws {Refusal} RATE_LIMITED */
  enterTenant(caller: IdentifiedRequest): () => void;
  /** @param underWay operations on the caller's connection, with the one that begins @throws {Refusal} RATE_LIMITED */
  begin(caller: IdentifiedRequest, underWay: number): void;
}

const RETRY_AFTER_SECONDS = 10;

/** Operations one connection may have under way at the same time. */
const OPERATIONS_PER_CONNECTION = 100;

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

/** @param notes where it is noted whom these limits turned away */
export function createConnectionLimits(
  limits: Pick<LiveLimits, 'perAddress' | 'perTenant'>,
  notes: RefusalNotes,
): ConnectionLimits {
  const addresses = createPlaces(limits.perAddress, 'one address');
  const tenants = createPlaces(limits.perTenant, 'one company');
  return {
    enterFrom: (incoming) => notes.noting(incoming, () => addresses(incoming.ip ?? '')),
    enterTenant: (caller) => notes.noting(caller, () => tenants(caller.tenant.id)),
    begin: (caller, underWay) =>
      notes.noting(caller, () => {
        if (underWay <= OPERATIONS_PER_CONNECTION) return;
        throw new Refusal('RATE_LIMITED', `At most ${OPERATIONS_PER_CONNECTION} operations at a time on one connection`);
      }),
  };
}
