import { Kind, valueFromASTUntyped, type ExecutionResult, type FragmentDefinitionNode } from 'graphql';
import { Refusal } from '../../../refusal.js';
import type { Stage } from '../../../request.js';
import type { SupergraphGeneration } from '../../../supergraph/generation.js';
import type { ValidOperation } from '../../validation/valid-operation.js';
import { compileActual, type Actual } from './actual.js';
import type { CostLimits } from './cost-limits.js';
import { createCostModel, type CostModel } from './cost-model.js';
import { compileEstimate, type Estimate } from './estimate.js';
import type { Variables } from './quantity.js';

/** An operation of which it is known what it costs at most. */
export interface PricedOperation extends ValidOperation {
  readonly cost: number;
}

export interface CostStage {
  /** @throws {Refusal} OPERATION_TOO_COMPLEX before anything of the operation runs */
  readonly price: Stage<ValidOperation, PricedOperation>;
  /** Adds `extensions.cost` to an answer: what was expected, what it came to, and the limit. */
  tell(operation: PricedOperation, result: ExecutionResult): ExecutionResult;
}

interface Compiled {
  readonly estimate: Estimate;
  readonly actual: Actual;
  readonly defaults: Variables;
}

/** Whether lists and objects lie inside of each other on more levels; looks no deeper than that. */
const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels < 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner)));

/** Prices operations by `@cost` and `@listSize`. Each is compiled once and generation. */
export function createCostStage(limits: CostLimits): CostStage {
  const models = new WeakMap<SupergraphGeneration, CostModel>();
  const compiled = new WeakMap<SupergraphGeneration, WeakMap<object, Compiled>>();
  const defaults = { assumed: limits.assumedListSize, most: limits.pageSize };

  const modelOf = (generation: SupergraphGeneration): CostModel => {
    const known = models.get(generation) ?? createCostModel(generation.annotated, generation.apiSchema);
    models.set(generation, known);
    return known;
  };

  const compile = ({ generation, document, definition }: ValidOperation): Compiled => {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const part of document.definitions) {
      if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
    }
    const model = modelOf(generation);
    return {
      estimate: compileEstimate(generation.apiSchema, model, definition, fragments, defaults),
      actual: compileActual(generation.apiSchema, model, definition, fragments),
      defaults: Object.fromEntries(
        (definition.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
          defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
        ),
      ),
    };
  };

  const compiledOf = (operation: ValidOperation): Compiled => {
    const { generation, definition } = operation;
    const ofGeneration = compiled.get(generation) ?? new WeakMap<object, Compiled>();
    compiled.set(generation, ofGeneration);
    const known = ofGeneration.get(definition) ?? compile(operation);
    ofGeneration.set(definition, known);
    return known;
  };

  return {
    async price(operation) {
      if (isDeeperThan(limits.valueDepth, operation.variables)) {
        throw new Refusal('OPERATION_TOO_COMPLEX', `A variable is nested too deeply; at most ${limits.valueDepth} levels are accepted`);
      }
      const { estimate, defaults: standard } = compiledOf(operation);
      const requested = estimate({ ...standard, ...operation.variables });
      if (requested > limits.operation) {
        throw new Refusal(
          'OPERATION_TOO_COMPLEX',
          `The operation may cost ${requested}; at most ${limits.operation} is accepted. Ask for fewer or shorter lists`,
          { extensions: { cost: { requested, limit: limits.operation } } },
        );
      }
      return { ...operation, cost: requested };
    },
    tell(operation, result) {
      const { actual, defaults: standard } = compiledOf(operation);
      const cost = {
        requested: operation.cost,
        actual: actual(result.data, { ...standard, ...operation.variables }),
        limit: limits.operation,
      };
      return { ...result, extensions: { ...result.extensions, cost } };
    },
  };
}
