import type { ExecutionResult } from 'graphql';
import type { IncomingRequest, Stage } from './request.js';
import type { IdentifiedRequest } from './stages/authentication/authentication.js';
import type { AuthorizedOperation } from './stages/authorization/authorization.js';
import type { PricedOperation } from './stages/limits/cost/cost.js';
import type { BoundedOperation, Operation } from './stages/limits/limits.js';
import type { AskedOperation } from './stages/persisted-queries/persisted-queries.js';
import type { PlannedOperation } from './stages/planning/planning.js';
import type { AdmittedRequest } from './stages/rate-limits/rates.js';
import type { TenantRequest } from './stages/tenant/tenant.js';
import type { ValidOperation } from './stages/validation/valid-operation.js';

/** Every stage of a request's way. What one returns is what the next accepts: a wrong order does not compile. */
export interface Stages {
  readonly tenant: Stage<IncomingRequest, TenantRequest>;
  readonly authentication: Stage<TenantRequest, IdentifiedRequest>;
  readonly revocation: Stage<IdentifiedRequest, IdentifiedRequest>;
  readonly door: Stage<IncomingRequest, IncomingRequest>;
  readonly crowd: Stage<IdentifiedRequest, IdentifiedRequest>;
  readonly rates: Stage<IdentifiedRequest, AdmittedRequest>;
  readonly persistedQueries: Stage<AskedOperation, Operation>;
  readonly limits: Stage<Operation, BoundedOperation>;
  readonly switches: Stage<ValidOperation, ValidOperation>;
  readonly readOnly: Stage<ValidOperation, ValidOperation>;
  readonly attempts: Stage<ValidOperation, ValidOperation>;
  readonly price: Stage<ValidOperation, PricedOperation>;
  readonly turns: Around<PricedOperation, ExecutionResult>;
  readonly receipt: Around<PricedOperation, ExecutionResult>;
  readonly authorization: Stage<ValidOperation, AuthorizedOperation>;
  readonly cache: Around<AuthorizedOperation, ExecutionResult>;
  readonly planning: Stage<AuthorizedOperation, PlannedOperation>;
  readonly execution: Stage<PlannedOperation, ExecutionResult>;
  readonly subscriptions: Stage<PlannedOperation, EventStream | ExecutionResult>;
}

/** Stands around a part of the way: it decides when that part is gone, and sees what came of it. */
export type Around<In, Out> = (input: In, proceed: Stage<In, Out>) => Promise<Out>;

export type EventStream = AsyncGenerator<ExecutionResult, void, void>;

export interface Pipeline {
  /** Counts what comes from one address, whatever it is. */
  readonly enter: Stage<IncomingRequest, IncomingRequest>;
  /** Who asks, and inside which company: once for an HTTP request, once for a WebSocket connection. */
  readonly identify: Stage<IncomingRequest, IdentifiedRequest>;
  /** Whether who asks may ask now: once for every operation. */
  readonly admit: Stage<IdentifiedRequest, AdmittedRequest>;
  /** Which document is meant, and whether it is small enough to be looked at. */
  readonly bound: Stage<AskedOperation, BoundedOperation>;
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

export const around =
  <In, Out>(stage: Around<In, Out>, inner: Stage<In, Out>): Stage<In, Out> =>
  (input) =>
    stage(input, inner);

/**
 * A request's way. Between `bound` and `answer` lies validation against the schema, which is Apollo Server's
 * for HTTP and graphql-js's for a subscription.
 */
export const createPipeline = (stages: Stages): Pipeline => ({
  enter: stages.door, // before anything is looked up: who floods us costs no question to a subgraph

  identify: startWith(stages.tenant) // first: a token is only good for the company it is shown to
    .then(stages.authentication) // before the operation is read: a bad token costs no parsing
    .then(stages.revocation).run, // a genuine token may have been taken back since

  admit: startWith(stages.crowd) // a company that has too much waiting is refused for nothing
    .then(stages.rates).run, // by who asks and for which company, so after both are known for certain

  bound: startWith(stages.persistedQueries) // an id becomes a document; a partner's key gets no further with anything else
    .then(stages.limits).run, // before validation: a bomb must not reach a quadratic rule

  answer: startWith(stages.switches) // what is switched off costs nothing more
    .then(stages.readOnly) // a company whose trial is over reads, and changes nothing
    .then(stages.attempts) // a password is tried as often as it stands in the operation
    .then(stages.price) // before anything runs: what costs too much is refused, what runs has a price to wait by
    .then(
      around(
        stages.turns, // waits for its turn, so that one company does not slow another
        around(
          stages.receipt, // tells what it cost, once it is known
          startWith(stages.authorization) // before planning: what may not be seen is never planned, so never fetched
            .then(
              around(
                stages.cache, // behind authorization: what is kept is found by those only who may see all of it
                startWith(stages.planning) // plans what is left of the operation
                  .then(stages.execution).run, // fetches by the plan, shapes by the operation as it was asked
              ),
            ).run,
        ),
      ),
    ).run,

  follow: startWith(stages.switches)
    .then(stages.attempts)
    .then(stages.price)
    .then(stages.authorization) // at the start; the stream asks again for every event
    .then(stages.planning) // one plan for the stream: the primary fetch, and what joins each event
    .then(stages.subscriptions).run,
});
