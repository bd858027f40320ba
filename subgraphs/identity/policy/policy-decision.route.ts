import { json } from '../../_kernel/http/json-route.js';
import { ACTIONS, isPolicyAction } from '../../_kernel/policy/catalogue.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import { POLICY_DECISION_PATH, type PolicyAnswer, type PolicyQuestion } from '../../_kernel/wire/policy-decision.js';
import type { RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

/** Decides for the gateway what `@policy` names: about a type as a whole, before any of it is read. */
export const policyDecisionRoute = (parts: {
  readonly policies: TenantPolicies;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => ({
  method: 'POST',
  path: POLICY_DECISION_PATH,
  async handle({ body }, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const { action, asker } = JSON.parse(Buffer.from(body).toString('utf8')) as PolicyQuestion;
    const answer = (allowed: boolean): RouteResponse => json(200, { allowed } satisfies PolicyAnswer);
    // The platform's own word is never asked for here: who claims it is refused.
    if (!isPolicyAction(action) || asker.principal.kind === 'system') return answer(false);
    const { clock, logger } = parts;
    const judge = await parts.policies.of({ ...asker, clock, logger, loaders: new Loaders() });
    const { allowed } = judge.decide(action, { type: ACTIONS[action].resource, id: null, tenantId: null, attributes: {} });
    return answer(allowed);
  },
});
