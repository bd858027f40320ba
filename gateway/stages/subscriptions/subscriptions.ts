import type { SubscriptionNode } from '@apollo/query-planner';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { EventStream } from '../../pipeline.js';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { GatewayLogger } from '../../logger.js';
import type { AuthorizedOperation } from '../authorization/authorization.js';
import type { PlannedOperation } from '../planning/planning.js';
import { responseNamesOf } from '../planning/response-names.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { compileVariables } from '../execution/compile-fetch.js';
import { createErrorMask, SubgraphUnreachableError } from '../execution/error-mask.js';
import type { Compiled, Executor } from '../execution/execution.js';
import { isJsonObject, type JsonObject } from '../execution/json.js';
import { NotCompilableError } from '../execution/not-compilable.js';
import { compileRewrites } from '../execution/rewrites.js';
import { endpointOf, envelopeOf, NO_DEADLINE, requestOf, type FetchEndpoints } from '../execution/subgraph-caller.js';
import { createEventStream, type Handled } from './event-stream.js';

export interface SubscriptionParts {
  readonly endpoints: FetchEndpoints;
  readonly executor: Executor;
  /** Asked at the start by the pipeline, and here again for every event. */
  readonly authorize: Stage<ValidOperation, AuthorizedOperation>;
  readonly observer: StreamObserver;
  readonly logger: GatewayLogger;
}

export interface StreamObserver {
  streamOpened(): void;
  streamClosed(): void;
}

interface Joining {
  readonly plan: SubscriptionNode;
  readonly compiled: Compiled;
  readonly rewriteEvent: (value: unknown) => void;
}

const isStream = (value: object): value is AsyncGenerator<ExecutionResult, void, void> => Symbol.asyncIterator in value;

/** An error with a code says itself what is the matter; any other means that the subgraph is out of reach. */
function rethrowAsUnreachable(error: unknown): never {
  if (isJsonObject(error) && 'extensions' in error) throw error as unknown as Error;
  throw new SubgraphUnreachableError('the stream cannot be followed', { cause: error });
}

const reachable = (
  source: AsyncIterator<ExecutionResult, void, void>,
): AsyncIterator<ExecutionResult, void, void> => ({
  next: () => source.next().catch(rethrowAsUnreachable),
  return: async () => (await source.return?.()) ?? { done: true, value: undefined },
});

/** What a client resumes behind, also where it does not ask for the cursor. */
function withCursorOf({ extensions }: ExecutionResult, result: ExecutionResult): ExecutionResult {
  const cursor = extensions?.['cursor'];
  return typeof cursor === 'string' ? { ...result, extensions: { ...result.extensions, cursor } } : result;
}

const refusal = (message: string, code: string): ExecutionResult => ({
  errors: [new GraphQLError(message, { extensions: { code } })],
});

/** Follows a subscription's primary stream and joins the rest of the plan to every event. */
export function createSubscriptionStage(
  parts: SubscriptionParts,
): Stage<PlannedOperation, EventStream | ExecutionResult> {
  const { endpoints, executor, authorize, observer, logger } = parts;

  const compile = (operation: PlannedOperation, coerced: Readonly<Record<string, unknown>>): Joining | null => {
    const node = operation.plan?.node;
    if (node?.kind !== 'Subscription') return null;
    const { generation } = operation;
    const described = executor.compiler.shapeOf(operation);
    return {
      plan: node,
      compiled: {
        steps: node.rest ? executor.compiler.stepsOf(generation, node.rest) : async () => undefined,
        shape: described.shapeFor(coerced),
        described,
        coerced,
        errors: [],
      },
      rewriteEvent: compileRewrites(node.primary.outputRewrites, generation.supergraphSchema),
    };
  };

  const joinEvent = async (
    operation: PlannedOperation,
    { plan, compiled, rewriteEvent }: Joining,
    event: ExecutionResult,
  ): Promise<ExecutionResult> => {
    const mask = createErrorMask(operation.caller, logger);
    const errors = (event.errors ?? []).map((error) =>
      mask({ subgraph: plan.primary.serviceName, cause: error, path: error.path ? [...error.path] : undefined }),
    );
    const data: JsonObject = isJsonObject(event.data) ? event.data : {};
    rewriteEvent(data);
    const deadline = plan.rest ? executor.deadlineFor(operation) : NO_DEADLINE;
    try {
      return withCursorOf(event, await executor.complete(operation, { ...compiled, errors }, data, deadline));
    } finally {
      deadline.clear();
    }
  };

  const handleWith =
    (operation: PlannedOperation, joining: Joining) =>
    async (event: ExecutionResult): Promise<Handled> => {
      const { permissionSet } = await authorize(operation);
      if (permissionSet !== operation.permissionSet) {
        const result = refusal('You may no longer see all of this; subscribe again', 'UNAUTHORIZED_FIELD_OR_TYPE');
        return { result, last: true };
      }
      return { result: await joinEvent(operation, joining, event), last: false };
    };

  const farewellOf = ({ signal, caller }: PlannedOperation): ExecutionResult | null => {
    const reason: unknown = signal.reason;
    return reason instanceof Refusal ? { errors: [reason.toGraphQLError(caller.requestId)] } : null;
  };

  const open = async (operation: PlannedOperation, joining: Joining): Promise<EventStream | ExecutionResult> => {
    const { primary } = joining.plan;
    const mask = createErrorMask(operation.caller, logger);
    const problem = (cause: unknown): ExecutionResult => ({
      errors: [mask({ subgraph: primary.serviceName, cause, path: undefined })],
    });
    const variables = compileVariables(primary, responseNamesOf(operation.generation))(operation.variables);
    const asked = requestOf(primary, variables, envelopeOf(operation), operation);
    const { resumeAfter } = operation;
    const request = resumeAfter === undefined ? asked : { ...asked, resumeAfter };
    const source = await endpointOf(endpoints, primary.serviceName).subscribe(request).catch(rethrowAsUnreachable);
    if (!isStream(source)) {
      return { errors: (source.errors ?? [new Error('no stream')]).flatMap((error) => problem(error).errors ?? []) };
    }
    observer.streamOpened();
    return createEventStream({
      source: reachable(source),
      onFinish: () => observer.streamClosed(),
      handle: handleWith(operation, joining),
      signal: operation.signal,
      farewell: () => farewellOf(operation),
      broken: problem,
    });
  };

  return async (operation) => {
    const coerced = executor.coerce(operation);
    if (!coerced.ok) return coerced.result;
    // A subscription has one root field: when it is cut, nothing is left to follow.
    if (!operation.plan) return { errors: operation.refusals };
    try {
      const joining = compile(operation, coerced.values);
      return joining ? await open(operation, joining) : refusal('Not a subscription', 'BAD_USER_INPUT');
    } catch (error) {
      if (error instanceof NotCompilableError) {
        return refusal(`Not possible in a subscription: ${error.message}`, 'BAD_USER_INPUT');
      }
      const mask = createErrorMask(operation.caller, logger);
      return { errors: [mask({ subgraph: 'gateway', cause: error, path: undefined })] };
    }
  };
}
