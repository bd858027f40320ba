import type { ExecutionResult } from 'graphql';
import { describeSpan, inSpan } from '../../subgraphs/_kernel/wire/tracing.js';
import type { Stages } from '../pipeline.js';
import type { IncomingRequest, Stage } from '../request.js';
import type { ValidOperation } from '../stages/validation/valid-operation.js';
import type { Explanation } from './explanation.js';

export interface StageObserver {
  staged(stage: string, seconds: number): void;
}

/** What passes through a stage: a request, or an operation of one. */
type Passing = IncomingRequest | { readonly caller: IncomingRequest };

const explanationOf = (passing: Passing): Explanation | undefined =>
  'caller' in passing ? passing.caller.explanation : passing.explanation;

/** The request's span is named by its operation, once that is known. */
function describeOperation({ definition, caller }: ValidOperation): void {
  const name = definition.name?.value;
  describeSpan(
    () => ({
      'graphql.operation.type': definition.operation,
      ...(name ? { 'graphql.operation.name': name } : {}),
      'spine.principal.kind': caller.principal.kind,
    }),
    name ? `${definition.operation} ${name}` : definition.operation,
  );
}

/** The stages as they are, each timed, with a span of its own, and written down for whoever asked how it went. */
export function observeStages(stages: Stages, observer: StageObserver): Stages {
  const observed =
    <In extends Passing, Out>(name: string, stage: Stage<In, Out>): Stage<In, Out> =>
    (input) =>
      inSpan({ name: `stage ${name}` }, async () => {
        const begun = performance.now();
        try {
          return await stage(input);
        } finally {
          const seconds = (performance.now() - begun) / 1000;
          observer.staged(name, seconds);
          explanationOf(input)?.stage(name, seconds);
        }
      });

  const authentication = observed('authentication', stages.authentication);
  const price = observed('price', stages.price);
  const authorization = observed('authorization', stages.authorization);
  const planning = observed('planning', stages.planning);
  const execution = observed('execution', stages.execution);

  return {
    ...stages,
    tenant: observed('tenant', stages.tenant),
    limits: observed('limits', stages.limits),
    rates: observed('rates', stages.rates),
    subscriptions: observed('subscriptions', stages.subscriptions),
    async authentication(request) {
      describeSpan(() => ({ 'spine.tenant.id': request.tenant.id, 'spine.request.id': request.requestId }));
      return authentication(request);
    },
    async price(operation) {
      describeOperation(operation);
      const priced = await price(operation);
      operation.caller.explanation?.priced(priced.cost);
      return priced;
    },
    authorization,
    async planning(operation) {
      const planned = await planning(operation);
      operation.caller.explanation?.planned(planned);
      return planned;
    },
    async execution(operation) {
      const result = await execution(operation);
      const { explanation } = operation.caller;
      return explanation ? withExplanation(result, explanation) : result;
    },
  };
}

const withExplanation = (result: ExecutionResult, explanation: Explanation): ExecutionResult => ({
  ...result,
  extensions: { ...result.extensions, explain: explanation.tell() },
});
