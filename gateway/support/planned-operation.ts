import { getOperationAST, parse, validate } from 'graphql';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import { createAuthorizationStage } from '../stages/authorization/authorization.js';
import { createPolicyRegistry } from '../stages/authorization/policies.js';
import { createPlanningStage, type PlannedOperation } from '../stages/planning/planning.js';
import type { ValidOperation } from '../stages/validation/valid-operation.js';
import type { SupergraphGeneration } from '../supergraph/generation.js';
import { loadSupergraph } from '../supergraph/supergraph-life.js';
import { ACME } from './sample-endpoints.js';
import { createRecordingLogger } from './sample-gateway.js';
import { sampleSupergraph } from './sample-graph.js';

export interface Planner {
  readonly generation: SupergraphGeneration;
  plan(source: string, options?: PlanOptions): Promise<PlannedOperation>;
  readonly cache: ('hit' | 'miss')[];
}

export interface PlanOptions {
  readonly principal?: Principal;
  readonly variables?: Record<string, unknown>;
}

export const member = (...permissions: readonly string[]): Principal => ({
  kind: 'member',
  userId: 'u1',
  membershipId: 'm1',
  sessionId: 's1',
  roles: [],
  permissions: permissions as never,
  assurance: { level: 'aal1', at: 0 },
});

/** Authorization and planning over the sample graph, without HTTP. `score` is for whoever may manage users. */
export async function createSamplePlanner(): Promise<Planner> {
  const life = await loadSupergraph(sampleSupergraph, createRecordingLogger().logger);
  const generation = life.current();
  const cache: ('hit' | 'miss')[] = [];
  const authorize = createAuthorizationStage(
    createPolicyRegistry({
      vip: ({ principal }) => principal.kind === 'member' && principal.permissions.includes('users:manage'),
    }),
  );
  const planStage = createPlanningStage({ planned: (outcome) => void cache.push(outcome) });
  return {
    generation,
    cache,
    async plan(source, { principal = ANONYMOUS, variables = {} } = {}) {
      const document = parse(source);
      const problems = validate(generation.apiSchema, document);
      if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
      const definition = getOperationAST(document);
      const caller = {
        requestId: 'request-1',
        ip: null,
        userAgent: null,
        host: 'acme.spine.test',
        authorization: null,
        tenantHint: null,
        tenant: ACME,
        principal,
        expiresAt: null,
      };
      const operation = {
        caller,
        source,
        operationName: undefined,
        variables,
        signal: new AbortController().signal,
        generation,
        document,
        definition,
      } as unknown as ValidOperation;
      return planStage(await authorize(operation));
    },
  };
}
