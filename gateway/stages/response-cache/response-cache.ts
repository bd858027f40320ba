import { createHash } from 'node:crypto';
import { printSchema } from '@apollo/federation-internals';
import type { ExecutionResult } from 'graphql';
import { actorIdOf, permissionsOf, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { Stage } from '../../request.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';
import type { AnswerStore } from './answer-store.js';
import { readCacheHints, type CacheHints } from './cache-hints.js';
import { cachePolicyOf, type CachePolicy } from './cache-policy.js';

export interface AnswerCacheObserver {
  /** An answer that may be kept was asked for. */
  cached(outcome: 'hit' | 'miss'): void;
}

/** What is known of a generation's answers. */
interface Knowledge {
  readonly hints: CacheHints;
  /** The same for every gateway that serves this supergraph. */
  readonly fingerprint: string;
  readonly policies: WeakMap<object, CachePolicy | 'NEVER'>;
}

/**
 * For whom an answer is kept. Whoever is signed in has answers of her own, also of what anybody may see: what a
 * subgraph shows of it may depend on who asks.
 */
const audienceOf = (principal: Principal): string =>
  principal.kind === 'anonymous'
    ? 'anybody'
    : `${principal.kind} ${actorIdOf(principal) ?? ''}`;

/** Whoever runs the company sees what she has changed at once; the rest see it some seconds later. */
const mayChangeThings = ({ caller }: AuthorizedOperation): boolean => permissionsOf(caller.principal).length > 0;

function keyOf(operation: AuthorizedOperation, fingerprint: string): string {
  const { caller, source, operationName, definition } = operation;
  // What the operation does not declare says nothing of its answer. One that is not given is not one that is null: it
  // may have a default.
  const variables = (definition.variableDefinitions ?? []).flatMap(({ variable: { name } }) =>
    Object.hasOwn(operation.variables, name.value) ? [[name.value, operation.variables[name.value]]] : [],
  );
  const parts = [fingerprint, caller.tenant.id, audienceOf(caller.principal), operationName ?? '', source, variables];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/**
 * Answers queries from what was answered before, where `@cacheControl` allows it. Only whole answers are kept: none
 * of an operation that was cut, none with an error. A mutation makes no answer older than it is, so what is kept
 * for long must be allowed to be seen for as long.
 * @param now epoch milliseconds
 */
export function createResponseCache(parts: {
  readonly store: AnswerStore;
  readonly observer: AnswerCacheObserver;
  readonly now: () => number;
}): (operation: AuthorizedOperation, proceed: Stage<AuthorizedOperation, ExecutionResult>) => Promise<ExecutionResult> {
  const { store, observer, now } = parts;
  const known = new WeakMap<SupergraphGeneration, Knowledge>();

  const knowledgeOf = (generation: SupergraphGeneration): Knowledge => {
    const found = known.get(generation);
    if (found) return found;
    const fresh: Knowledge = {
      hints: readCacheHints(generation.annotated),
      fingerprint: createHash('sha256').update(printSchema(generation.annotated)).digest('base64url'),
      policies: new WeakMap(),
    };
    known.set(generation, fresh);
    return fresh;
  };

  const policyOf = ({ generation, document, definition }: AuthorizedOperation, { hints, policies }: Knowledge) => {
    const found = policies.get(definition);
    if (found) return found;
    const policy = cachePolicyOf(generation.apiSchema, hints, document, definition) ?? 'NEVER';
    policies.set(definition, policy);
    return policy;
  };

  return async (operation, proceed) => {
    const knowledge = knowledgeOf(operation.generation);
    const policy = policyOf(operation, knowledge);
    // Who asks how it is answered wants to see it done.
    const isExplained = operation.caller.explanation !== undefined;
    if (policy === 'NEVER' || operation.refusals.length > 0 || mayChangeThings(operation) || isExplained) {
      return proceed(operation);
    }

    const scope = operation.caller.principal.kind === 'anonymous' ? policy.scope : 'PRIVATE';
    const tell = (age: number): void => operation.tellFreshness?.({ maxAge: policy.maxAge, scope, age });
    const key = keyOf(operation, knowledge.fingerprint);
    const kept = operation.wantsFresh ? undefined : await store.get(key);
    const age = kept ? Math.floor((now() - kept.keptAt) / 1_000) : 0;
    if (kept && age < policy.maxAge) {
      observer.cached('hit');
      tell(age);
      return { data: JSON.parse(kept.data) as Record<string, unknown> };
    }
    observer.cached('miss');
    const result = await proceed(operation);
    if (result.errors || !result.data || result.extensions) return result;
    tell(0);
    // Not waited for: whoever asked has her answer already.
    void store.set(key, { data: JSON.stringify(result.data), keptAt: now() }, policy.maxAge);
    return result;
  };
}
