import { Kind, type FragmentDefinitionNode } from 'graphql';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { compilePlan } from './compile-plan.js';
import { compileShaper, type ShapeRoot } from './compile-shaper.js';
import { compileIntrospection } from './introspection.js';
import type { JsonObject } from './json.js';
import { NotCompilableError } from './not-compilable.js';
import type { Step } from './plan-run.js';
import { conditionVariablesOf, type ConditionValues } from './selection-conditions.js';

/** How an answer is shaped; found by the operation as it was asked. */
export interface CompiledShape {
  /** @throws {NotCompilableError} */
  shapeFor(conditions: ConditionValues): ShapeRoot;
  readonly introspect: (operation: ValidOperation) => JsonObject;
}

/** Shapes kept for one operation, by the values of its `@skip` and `@include` variables. */
const VARIANTS_KEPT = 64;

export interface OperationCompiler {
  shapeOf(operation: ValidOperation): CompiledShape;
  /** @throws {NotCompilableError} */
  stepsOf(generation: SupergraphGeneration, plan: QueryPlan | PlanNode): Step;
}

/** Compiles each operation and each plan once; both are forgotten with the document and the plan themselves. */
export function createOperationCompiler(): OperationCompiler {
  const shapes = new WeakMap<SupergraphGeneration, WeakMap<object, CompiledShape>>();
  const steps = new WeakMap<object, Step | NotCompilableError>();

  const compileShape = ({ generation, document, definition }: ValidOperation): CompiledShape => {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const part of document.definitions) {
      if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
    }
    const variables = conditionVariablesOf(document);
    const variants = new LRUCache<string, ShapeRoot>({ max: VARIANTS_KEPT });
    return {
      introspect: compileIntrospection(document, definition),
      shapeFor(conditions) {
        const key = variables.map((name) => (conditions[name] === true ? '1' : '0')).join('');
        const known = variants.get(key);
        if (known) return known;
        const shape = compileShaper(generation.apiSchema, definition, fragments, conditions);
        variants.set(key, shape);
        return shape;
      },
    };
  };

  const planNodeOf = (plan: QueryPlan | PlanNode): PlanNode | undefined => {
    if (plan.kind !== 'QueryPlan') return plan;
    if (plan.node?.kind === 'Subscription') throw new NotCompilableError('a subscription outside a stream');
    return plan.node;
  };

  const compileSteps = (generation: SupergraphGeneration, plan: QueryPlan | PlanNode): Step | NotCompilableError => {
    try {
      return compilePlan(planNodeOf(plan), generation.supergraphSchema);
    } catch (error) {
      if (error instanceof NotCompilableError) return error;
      throw error;
    }
  };

  return {
    shapeOf(operation) {
      const ofGeneration = shapes.get(operation.generation) ?? new WeakMap<object, CompiledShape>();
      shapes.set(operation.generation, ofGeneration);
      const known = ofGeneration.get(operation.definition);
      if (known) return known;
      const compiled = compileShape(operation);
      ofGeneration.set(operation.definition, compiled);
      return compiled;
    },
    stepsOf(generation, plan) {
      // A plan belongs to one generation, so the plan alone is key enough.
      const compiled = steps.get(plan) ?? compileSteps(generation, plan);
      steps.set(plan, compiled);
      if (compiled instanceof NotCompilableError) throw compiled;
      return compiled;
    },
  };
}
