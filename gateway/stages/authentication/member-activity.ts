import { MEMBER_ACTIVITY_PATH, type MemberActivity } from '../../../subgraphs/_kernel/wire/member-activity.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../../logger.js';
import type { Stage } from '../../request.js';
import { createUseReporter } from '../../use-reporter.js';
import type { IdentifiedRequest } from './authentication.js';

/** Which members are at work: told to identity off the request's way. */
export interface ActivityReporter {
  /** The stage, and behind it a note of whoever has passed it. Whoever acts in a member's name is not she. */
  noting<In, Out extends Pick<IdentifiedRequest, 'principal' | 'tenant'>>(stage: Stage<In, Out>): Stage<In, Out>;
  /** Sends what has not been reported yet, and reports no more. */
  stop(): Promise<void>;
}

/** @param now epoch milliseconds */
export function createActivityReporter(parts: {
  readonly identity: SubgraphEndpoint;
  readonly logger: GatewayLogger;
  readonly now: () => number;
}): ActivityReporter {
  const { identity, logger, now } = parts;
  const reporter = createUseReporter({
    endpoint: identity,
    logger,
    path: MEMBER_ACTIVITY_PATH,
    useOf: (key, _uses, lastActiveAt): MemberActivity => {
      const [tenantId = '', userId = ''] = key.split(' ');
      return { tenantId, userId, lastActiveAt };
    },
  });
  return {
    noting: (stage) => async (request) => {
      const passed = await stage(request);
      const { principal, tenant } = passed;
      const isSheHerself = principal.kind === 'member' && principal.impersonatorId === undefined;
      if (isSheHerself) reporter.add(`${tenant.id} ${principal.userId}`, now());
      return passed;
    },
    stop: () => reporter.stop(),
  };
}
