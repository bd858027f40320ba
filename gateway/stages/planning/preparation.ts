import { Kind, print, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';
import { conditionVariablesOf, hasConditions, type ConditionValues } from '../execution/selection-conditions.js';
import { responseNamesOf } from './response-names.js';
import { settleConditions } from './settled-conditions.js';

/** Documents with their conditions settled that are kept for one operation. */
const SETTLED_KEPT = 64;

/** What is planned in the place of a document, and its text. */
export interface Plannable {
  readonly document: DocumentNode;
  readonly text: string;
}

/** Values of an operation's condition variables, as far as they are known before the variables are checked. */
function conditionValuesOf(operation: AuthorizedOperation): ConditionValues {
  const values: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.definition.variableDefinitions ?? []) {
    const name = variable.name.value;
    const fallback = defaultValue?.kind === Kind.BOOLEAN ? defaultValue.value : undefined;
    values[name] = Object.hasOwn(operation.variables, name) ? operation.variables[name] : fallback;
  }
  return values;
}

/**
 * Finds what is to be planned in the place of what authorization has left of an operation: the same, but for what
 * the planner would plan wrongly. Null when nothing is to be fetched.
 */
export type Preparation = (operation: AuthorizedOperation, permitted: DocumentNode) => Plannable | null;

type Prepared = (operation: AuthorizedOperation) => Plannable | null;

export function createPreparation(generation: SupergraphGeneration): Preparation {
  const names = responseNamesOf(generation);
  const prepared = new WeakMap<DocumentNode, Prepared>();

  const prepare = (asked: DocumentNode, permitted: DocumentNode): Prepared => {
    const { separate } = names.within(asked);
    const separated = (part: DocumentNode): Plannable => {
      const document = separate(part);
      return { document, text: print(document) };
    };
    if (!hasConditions(permitted)) {
      const plannable = separated(permitted);
      return () => plannable;
    }
    const variables = conditionVariablesOf(permitted);
    const settled = new LRUCache<string, { readonly plannable: Plannable | null }>({ max: SETTLED_KEPT });
    return (operation) => {
      const values = conditionValuesOf(operation);
      const operationName = operation.definition.name?.value;
      const key = [operationName, ...variables.map((name) => values[name] === true)].join();
      const known = settled.get(key);
      if (known) return known.plannable;
      const left = settleConditions(permitted, operationName, values);
      const plannable = left && separated(left);
      settled.set(key, { plannable });
      return plannable;
    };
  };

  return (operation, permitted) => {
    const known = prepared.get(permitted) ?? prepare(operation.document, permitted);
    prepared.set(permitted, known);
    return known(operation);
  };
}
