import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { isPlatformTenant } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { IncomingRequest, Stage } from '../../request.js';
import type { IdentifiedRequest } from '../authentication/authentication.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { addressKey } from './address-key.js';
import { createAttemptCounter } from './attempts.js';
import { API_KEY_POLICY } from './rate-headers.js';
import type { RateLimits } from './rate-limits.js';
import type { Charge, RateLimiter } from './rate-limiter.js';
import type { Standing } from './standing.js';

/** A request that is within its caller's and its company's limits. */
export interface AdmittedRequest extends IdentifiedRequest {
  /** What the client is told of its limits. */
  readonly standings: readonly Standing[];
}

export interface RateStages {
  /** Counts what comes from one address, before anything is looked up for it. */
  readonly door: Stage<IncomingRequest, IncomingRequest>;
  /** Counts an operation for who asks and for the company. */
  readonly caller: Stage<IdentifiedRequest, AdmittedRequest>;
  /** Counts every use of a field tagged `credentials` in an operation. */
  readonly attempts: Stage<ValidOperation, ValidOperation>;
}

const HOUR = 3_600;

function chargeOfPrincipal(principal: Principal, ip: string | null, limits: RateLimits): Charge {
  switch (principal.kind) {
    case 'service': {
      const rate = { requests: principal.hourlyLimit, seconds: HOUR };
      return { policy: API_KEY_POLICY, key: `key:${principal.apiKeyId}`, points: 1, rate };
    }
    case 'member':
      return { policy: 'principal', key: `user:${principal.userId}`, points: 1, rate: limits.principal };
    case 'platform':
      return { policy: 'principal', key: `admin:${principal.adminId}`, points: 1, rate: limits.principal };
    case 'system':
    case 'anonymous':
      return { policy: 'anonymous', key: `anonymous:${addressKey(ip)}`, points: 1, rate: limits.anonymous };
  }
}

/** @param limits read anew for each request, since they may be changed while the gateway runs, and differ by who asks */
export function createRateStages(limiter: RateLimiter, limits: (caller?: IdentifiedRequest) => RateLimits): RateStages {
  const attemptsIn = createAttemptCounter();

  return {
    async door(request) {
      await limiter.charge([
        { policy: 'address', key: `address:${addressKey(request.ip)}`, points: 1, rate: limits().address },
      ]);
      return request;
    },

    async caller(request) {
      const { tenant, principal, ip } = request;
      const charges = [chargeOfPrincipal(principal, ip, limits())];
      // The platform's own place is nobody's company: visitors of it must not use up each other's requests.
      if (!isPlatformTenant(tenant)) {
        charges.push({ policy: 'tenant', key: `tenant:${tenant.id}`, points: 1, rate: limits().tenant });
      }
      return { ...request, standings: await limiter.charge(charges) };
    },

    async attempts(operation) {
      const { tenant, ip } = operation.caller;
      const { total, byAccount } = attemptsIn(operation);
      if (total === 0) return operation;
      const { credentialsByAddress, credentialsByAccount } = limits(operation.caller);
      await limiter.charge([
        { policy: 'credentials', key: `credentials:${addressKey(ip)}`, points: total, rate: credentialsByAddress },
        ...[...byAccount].map(([account, points]): Charge => ({
          policy: 'credentials',
          key: `account:${tenant.id}:${account}`,
          points,
          rate: credentialsByAccount,
        })),
      ]);
      return operation;
    },
  };
}
