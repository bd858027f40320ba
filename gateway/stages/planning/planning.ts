import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Stage } from '../../request.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';
import { createPreparation, type Preparation } from './preparation.js';

/** An operation with the plan of what may be seen of it, its values under the names `responseNamesOf` gives them. */
export interface PlannedOperation extends AuthorizedOperation {
  /** Null when nothing is left to fetch. */
  readonly plan: QueryPlan | null;
  /** What the plan is of. */
  readonly planned: DocumentNode | null;
}

export interface PlanCacheObserver {
  planned(outcome: 'hit' | 'miss'): void;
}

const PLANS_KEPT = 1_000;

interface Planning {
  readonly prepare: Preparation;
  readonly plans: LRUCache<string, QueryPlan>;
}

/**
 * Plans what authorization has left. Plans are kept by the text of exactly that, never by the text the client
 * sent: a plan made for one set of permissions is not found by another.
 */
export function createPlanningStage(observer: PlanCacheObserver): Stage<AuthorizedOperation, PlannedOperation> {
  const plannings = new WeakMap<SupergraphGeneration, Planning>();

  const planningOf = (generation: SupergraphGeneration): Planning => {
    const known = plannings.get(generation);
    if (known) return known;
    const fresh: Planning = {
      prepare: createPreparation(generation),
      plans: new LRUCache<string, QueryPlan>({ max: PLANS_KEPT }),
    };
    plannings.set(generation, fresh);
    return fresh;
  };

  return async (operation) => {
    const { generation, permitted, definition } = operation;
    const { plans, prepare } = planningOf(generation);
    const plannable = permitted && prepare(operation, permitted);
    if (!plannable) return { ...operation, plan: null, planned: null };
    const operationName = definition.name?.value;
    const key = `${operationName ?? ''}\n${plannable.text}`;
    const known = plans.get(key);
    observer.planned(known ? 'hit' : 'miss');
    operation.caller.explanation?.planCache(known ? 'hit' : 'miss');
    const planned = plannable.document;
    if (known) return { ...operation, plan: known, planned };
    const plan = generation.planner.buildQueryPlan(
      operationFromDocument(generation.plannerApi, planned, operationName ? { operationName } : {}),
    );
    plans.set(key, plan);
    return { ...operation, plan, planned };
  };
}
