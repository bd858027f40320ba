import { uuidv7 } from './ids.js';
import type { TenantIdentity } from '../wire/tenant.js';
import type { Clock } from './clock.js';
import { Loaders } from './loaders.js';
import type { Logger, RequestContext } from './request-context.js';

/** A context for work that no client asked for: a reaction to an event, a job, the seed. */
export function systemContext(of: {
  readonly name: string;
  readonly tenant: TenantIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Id of the request that caused the work, so that logs can be followed across events. */
  readonly requestId?: string;
}): RequestContext {
  const requestId = of.requestId ?? uuidv7();
  return {
    tenant: of.tenant,
    principal: { kind: 'system', name: of.name },
    origin: { requestId, ip: null, userAgent: null },
    clock: of.clock,
    logger: of.logger.child({ requestId, tenantId: of.tenant.id, system: of.name }),
    loaders: new Loaders(),
  };
}
