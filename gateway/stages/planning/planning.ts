import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { print, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Stage } from '../../request.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';

/** An operation with the plan of what may be seen of it. */
export interface PlannedOperation extends AuthorizedOperation {
  /** Null when nothing is left to fetch. */
  readonly plan: QueryPlan | null;
}

export interface PlanCacheObserver {
  planned(outcome: 'hit' | 'miss'): void;
}

const PLANS_KEPT = 1_000;

/**
 * Plans what authorization has left. Plans are kept by the text of exactly that, never by the text the client
 * sent: a plan made for one set of permissions is not found by another.
 */
export function createPlanningStage(observer: PlanCacheObserver): Stage<AuthorizedOperation, PlannedOperation> {
  const plans = new WeakMap<SupergraphGeneration, LRUCache<string, QueryPlan>>();
  const texts = new WeakMap<DocumentNode, string>();

  const textOf = (document: DocumentNode): string => {
    const known = texts.get(document);
    if (known !== undefined) return known;
    const text = print(document);
    texts.set(document, text);
    return text;
  };

  const plansOf = (generation: SupergraphGeneration): LRUCache<string, QueryPlan> => {
    const known = plans.get(generation);
    if (known) return known;
    const fresh = new LRUCache<string, QueryPlan>({ max: PLANS_KEPT });
    plans.set(generation, fresh);
    return fresh;
  };

  return async (operation) => {
    const { generation, permitted, definition } = operation;
    if (!permitted) return { ...operation, plan: null };
    const operationName = definition.name?.value;
    const key = `${operationName ?? ''}\n${textOf(permitted)}`;
    const cache = plansOf(generation);
    const known = cache.get(key);
    observer.planned(known ? 'hit' : 'miss');
    if (known) return { ...operation, plan: known };
    const plan = generation.planner.buildQueryPlan(
      operationFromDocument(generation.plannerApi, permitted, operationName ? { operationName } : {}),
    );
    cache.set(key, plan);
    return { ...operation, plan };
  };
}
