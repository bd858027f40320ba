import { getVariableValues, GraphQLError, OperationTypeNode, type ExecutionResult } from 'graphql';
import type { GatewayLogger } from '../../logger.js';
import type { Stage } from '../../request.js';
import type { PlannedOperation } from '../planning/planning.js';
import { responseNamesOf } from '../planning/response-names.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { errorUnderClientNames } from './client-names.js';
import { createOperationCompiler, type CompiledShape, type OperationCompiler } from './compiled-operation.js';
import type { ShapeRoot } from './compile-shaper.js';
import { createErrorMask } from './error-mask.js';
import type { JsonObject } from './json.js';
import { NotCompilableError } from './not-compilable.js';
import type { PlanRun, Step } from './plan-run.js';
import { createStockStep } from './stock-executor.js';
import {
  callSubgraph,
  endpointOf,
  envelopeOf,
  fetchObserverOf,
  requestOf,
  startDeadline,
  type Deadline,
  type FetchEndpoints,
  type FetchObserver,
} from './subgraph-caller.js';
import { valueCompletionOf } from './value-completion.js';

export interface ExecutionObserver extends FetchObserver {
  /** An operation was left to the stock executor. */
  fellBack(reason: string): void;
}

export interface ExecutionParts {
  readonly endpoints: FetchEndpoints;
  readonly observer: ExecutionObserver;
  readonly logger: GatewayLogger;
  readonly requestTimeoutMs: number;
  /** Whether what is said of wrong variables may hint at names of the schema; not by default. */
  readonly suggestions?: boolean;
}

/** Executes plans. Subscriptions use it event by event. */
export interface Executor {
  readonly execute: Stage<PlannedOperation, ExecutionResult>;
  /** The same, but fetches by the executor of @apollo/gateway. */
  readonly executeByStock: Stage<PlannedOperation, ExecutionResult>;
  readonly compiler: OperationCompiler;
  /** Runs steps over data that is partly there already, as after an event, and shapes the whole. */
  complete(operation: PlannedOperation, compiled: Compiled, data: JsonObject, deadline: Deadline): Promise<ExecutionResult>;
  coerce(operation: ValidOperation): Coerced;
  deadlineFor(operation: ValidOperation): Deadline;
}

export interface Compiled {
  readonly steps: Step;
  readonly shape: ShapeRoot;
  readonly described: CompiledShape;
  readonly coerced: Readonly<Record<string, unknown>>;
  /** Errors known before any fetch of this run. */
  readonly errors: readonly GraphQLError[];
}

export type Coerced =
  | { readonly ok: true; readonly values: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly result: ExecutionResult };

function coerceVariables({ generation, definition, variables }: ValidOperation, suggestions: boolean): Coerced {
  const { errors, coerced } = getVariableValues(
    generation.apiSchema,
    definition.variableDefinitions ?? [],
    variables,
    { maxErrors: 10, hideSuggestions: !suggestions },
  );
  if (coerced) return { ok: true, values: coerced };
  const named = errors.map(
    (error) =>
      new GraphQLError(error.message, {
        ...(error.nodes ? { nodes: error.nodes } : {}),
        extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
      }),
  );
  return { ok: false, result: { errors: named } };
}

export function createExecutor(parts: ExecutionParts): Executor {
  const { endpoints, observer, logger, requestTimeoutMs, suggestions = false } = parts;
  const compiler = createOperationCompiler();

  const coerce = (operation: ValidOperation): Coerced => coerceVariables(operation, suggestions);

  const deadlineFor = (operation: ValidOperation): Deadline =>
    // A mutation is finished even if nobody waits for it any more: half a change helps no one.
    startDeadline(requestTimeoutMs, operation.definition.operation === OperationTypeNode.MUTATION ? null : operation.signal);

  const runOf = (operation: PlannedOperation, compiled: Compiled, data: JsonObject, deadline: Deadline): PlanRun => {
    const envelope = envelopeOf(operation);
    const sharesReads = operation.definition.operation === OperationTypeNode.QUERY;
    const fetchObserver = fetchObserverOf(observer, operation);
    return {
      variables: operation.variables,
      coerced: compiled.coerced,
      data,
      errors: [...compiled.errors],
      mask: createErrorMask(operation.caller, logger),
      fetch: (node, variables) =>
        callSubgraph(
          endpointOf(endpoints, node.serviceName),
          requestOf(node, variables, envelope, deadline, sharesReads),
          deadline,
          fetchObserver,
        ),
    };
  };

  const complete: Executor['complete'] = async (operation, compiled, data, deadline) => {
    const run = runOf(operation, compiled, data, deadline);
    await compiled.steps(run, { path: [], objects: [data] });
    const shaping = { violations: [], introspection: compiled.described.introspect(operation) };
    const shaped = compiled.shape(data, shaping);
    const { askedAs } = responseNamesOf(operation.generation);
    const errors = [...operation.refusals, ...run.errors.map((error) => errorUnderClientNames(error, askedAs))];
    const result: ExecutionResult = errors.length > 0 ? { errors, data: shaped } : { data: shaped };
    if (shaping.violations.length === 0) return result;
    const extensions = valueCompletionOf(shaping.violations, errors);
    return extensions ? { ...result, extensions: { ...extensions } } : result;
  };

  const compile = (
    operation: PlannedOperation,
    coerced: Readonly<Record<string, unknown>>,
    steps: Step,
  ): Compiled => {
    const described = compiler.shapeOf(operation);
    return {
      steps,
      shape: described.shapeFor(coerced),
      described,
      coerced,
      errors: [],
    };
  };

  const byStock = (operation: PlannedOperation, deadline: Deadline): Step =>
    createStockStep(operation, Object.keys(endpoints), (name, request) =>
      callSubgraph(
        endpointOf(endpoints, name),
        { ...request, envelope: envelopeOf(operation), signal: deadline.signal },
        deadline,
        observer,
      ),
    );

  /** @param stepsOf what is carried out to fetch */
  const run = async (
    operation: PlannedOperation,
    stepsOf: (deadline: Deadline) => Step,
  ): Promise<ExecutionResult> => {
    const coerced = coerce(operation);
    if (!coerced.ok) return coerced.result;
    const deadline = deadlineFor(operation);
    try {
      return await complete(operation, compile(operation, coerced.values, stepsOf(deadline)), {}, deadline);
    } finally {
      deadline.clear();
    }
  };

  const compiledSteps = (operation: PlannedOperation, deadline: Deadline): Step => {
    if (!operation.plan) return async () => undefined;
    try {
      return compiler.stepsOf(operation.generation, operation.plan);
    } catch (error) {
      if (!(error instanceof NotCompilableError)) throw error;
      observer.fellBack(error.message);
      return byStock(operation, deadline);
    }
  };

  return {
    compiler,
    complete,
    deadlineFor,
    coerce,
    execute: (operation) => run(operation, (deadline) => compiledSteps(operation, deadline)),
    executeByStock: (operation) => run(operation, (deadline) => byStock(operation, deadline)),
  };
}
