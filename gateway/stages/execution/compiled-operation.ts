import { isInterfaceType, Kind, type FragmentDefinitionNode } from 'graphql';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { responseNamesOf } from '../planning/response-names.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { compilePlan } from './compile-plan.js';
import { compileShaper, type ShapeRoot } from './compile-shaper.js';
import { compileIntrospection } from './introspection.js';
import type { JsonObject } from './json.js';
import { NotCompilableError } from './not-compilable.js';
import type { PlanGround, Step } from './plan-run.js';
import { conditionVariablesOf, type ConditionValues } from './selection-conditions.js';

/** How an answer is shaped; found by the operation as it was asked and what of it is denied. */
export interface CompiledShape {
  /** @throws {NotCompilableError} */
  shapeFor(conditions: ConditionValues): ShapeRoot;
  readonly introspect: (operation: ValidOperation) => JsonObject;
}

/** Shapes kept for one operation, by the values of its `@skip` and `@include` variables. */
const VARIANTS_KEPT = 64;

export interface OperationCompiler {
  shapeOf(operation: AuthorizedOperation): CompiledShape;
  /** @throws {NotCompilableError} */
  stepsOf(generation: SupergraphGeneration, plan: QueryPlan | PlanNode): Step;
}

/** Compiles each operation and each plan once; both are forgotten with the document and the plan themselves. */
export function createOperationCompiler(): OperationCompiler {
  const shapes = new WeakMap<SupergraphGeneration, WeakMap<object, WeakMap<ReadonlySet<string>, CompiledShape>>>();
  const grounds = new WeakMap<SupergraphGeneration, PlanGround>();
  const steps = new WeakMap<object, Step | NotCompilableError>();

  const compileShape = ({ generation, document, definition, denied }: AuthorizedOperation): CompiledShape => {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const part of document.definitions) {
      if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
    }
    const names = responseNamesOf(generation).within(document);
    const variables = conditionVariablesOf(document);
    const variants = new LRUCache<string, ShapeRoot>({ max: VARIANTS_KEPT });
    return {
      introspect: compileIntrospection(document, definition),
      shapeFor(conditions) {
        const key = variables.map((name) => (conditions[name] === true ? '1' : '0')).join('');
        const known = variants.get(key);
        if (known) return known;
        const shape = compileShaper(generation.apiSchema, definition, fragments, conditions, names, denied);
        variants.set(key, shape);
        return shape;
      },
    };
  };

  const groundOf = (generation: SupergraphGeneration): PlanGround => {
    const known = grounds.get(generation);
    if (known) return known;
    const { supergraphSchema: schema } = generation;
    const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType);
    const ground = { schema, interfaces: new Set(interfaces.map(({ name }) => name)), names: responseNamesOf(generation) };
    grounds.set(generation, ground);
    return ground;
  };

  const planNodeOf = (plan: QueryPlan | PlanNode): PlanNode | undefined => {
    if (plan.kind !== 'QueryPlan') return plan;
    if (plan.node?.kind === 'Subscription') throw new NotCompilableError('a subscription outside a stream');
    return plan.node;
  };

  const compileSteps = (generation: SupergraphGeneration, plan: QueryPlan | PlanNode): Step | NotCompilableError => {
    try {
      return compilePlan(planNodeOf(plan), groundOf(generation));
    } catch (error) {
      if (error instanceof NotCompilableError) return error;
      throw error;
    }
  };

  return {
    shapeOf(operation) {
      const { generation, definition, denied } = operation;
      const ofGeneration = shapes.get(generation) ?? new WeakMap<object, WeakMap<ReadonlySet<string>, CompiledShape>>();
      shapes.set(generation, ofGeneration);
      const ofDefinition = ofGeneration.get(definition) ?? new WeakMap<ReadonlySet<string>, CompiledShape>();
      ofGeneration.set(definition, ofDefinition);
      const known = ofDefinition.get(denied);
      if (known) return known;
      const compiled = compileShape(operation);
      ofDefinition.set(denied, compiled);
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
