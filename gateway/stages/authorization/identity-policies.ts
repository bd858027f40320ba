import {
  POLICY_DECISION_PATH,
  type PolicyAnswer,
  type PolicyQuestion,
} from '../../../subgraphs/_kernel/wire/policy-decision.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../../logger.js';
import { gatewayEnvelope } from '../../request.js';
import type { Asker, PolicyRegistry } from './policies.js';

const questionOf = (action: string, asker: Asker, requestId: string): PolicyQuestion => ({
  action,
  asker: {
    tenant: asker.tenant,
    principal: asker.principal,
    origin: { requestId, ip: asker.ip ?? null, userAgent: asker.userAgent ?? null },
  },
});

/** The tenants' own policies: identity keeps them, decides, and writes down what was decided. Who gets no answer is denied. */
export const createIdentityPolicies = (identity: SubgraphEndpoint, logger: GatewayLogger): PolicyRegistry => ({
  async allows(policy, asker) {
    const requestId = asker.requestId ?? policy;
    try {
      const request = {
        method: 'POST',
        path: POLICY_DECISION_PATH,
        search: '',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(questionOf(policy, asker, requestId))),
      };
      const response = await identity.forward(request, gatewayEnvelope(requestId));
      if (response?.status !== 200) throw new Error(`identity answered ${response?.status ?? 'no route'}`);
      return (JSON.parse(response.body) as PolicyAnswer).allowed;
    } catch (error) {
      logger.error({ err: error, requestId, policy }, 'a policy could not be asked; it denies');
      return false;
    }
  },
});
