import type { ExecutionResult } from 'graphql';
import type { IncomingRequest, Stage } from './request.js';
import type { IdentifiedRequest } from './stages/authentication/authentication.js';
import type { AuthorizedOperation } from './stages/authorization/authorization.js';
import type { BoundedOperation, Operation } from './stages/limits/limits.js';
import type { PlannedOperation } from './stages/planning/planning.js';
import type { TenantRequest } from './stages/tenant/tenant.js';
import type { ValidOperation } from './stages/validation/valid-operation.js';

/** Every stage of a request's way. What one returns is what the next accepts: a wrong order does not compile. */
export interface Stages {
  readonly tenant: Stage<IncomingRequest, TenantRequest>;
  readonly authentication: Stage<TenantRequest, IdentifiedRequest>;
  readonly limits: Stage<Operation, BoundedOperation>;
  readonly authorization: Stage<ValidOperation, AuthorizedOperation>;
  readonly planning: Stage<AuthorizedOperation, PlannedOperation>;
  readonly execution: Stage<PlannedOperation, ExecutionResult>;
  readonly subscriptions: Stage<PlannedOperation, EventStream | ExecutionResult>;
}

export type EventStream = AsyncGenerator<ExecutionResult, void, void>;

export interface Pipeline {
  /** Who asks, and inside which company: once for an HTTP request, once for a WebSocket connection. */
  readonly identify: Stage<IncomingRequest, IdentifiedRequest>;
  /** Whether the operation is small enough to be looked at. */
  readonly bound: Stage<Operation, BoundedOperation>;
  /** Answers a query or mutation that fits the schema. */
  readonly answer: Stage<ValidOperation, ExecutionResult>;
  /** Opens the stream of a subscription that fits the schema; a result instead says why it was refused. */
  readonly follow: Stage<ValidOperation, EventStream | ExecutionResult>;
}

interface Way<In, Out> {
  readonly run: Stage<In, Out>;
  then<Next>(stage: Stage<Out, Next>): Way<In, Next>;
}

export const startWith = <In, Out>(stage: Stage<In, Out>): Way<In, Out> => ({
  run: stage,
  then: (next) => startWith(async (input: In) => next(await stage(input))),
});

/**
 * A request's way. Between `bound` and `answer` lies validation against the schema, which is Apollo Server's
 * for HTTP and graphql-js's for a subscription.
 */
export const createPipeline = (stages: Stages): Pipeline => ({
  identify: startWith(stages.tenant) // first: a token is only good for the company it is shown to
    .then(stages.authentication).run, // before the operation is read: a bad token costs no parsing

  bound: startWith(stages.limits).run, // before validation: a bomb must not reach a quadratic rule

  answer: startWith(stages.authorization) // before planning: what may not be seen is never planned, so never fetched
    .then(stages.planning) // plans what is left of the operation
    .then(stages.execution).run, // fetches by the plan, shapes by the operation as it was asked

  follow: startWith(stages.authorization) // at the start; the stream asks again for every event
    .then(stages.planning) // one plan for the stream: the primary fetch, and what joins each event
    .then(stages.subscriptions).run,
});
