import type { ExecutionResult } from 'graphql';
import { ERROR_STATUS, type ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';
import { REQUEST_COUNTS_PATH, type RequestCount, type RequestOutcome } from '../subgraphs/_kernel/wire/request-counts.js';
import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from './logger.js';
import type { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import type { Stage } from './request.js';
import type { IdentifiedRequest } from './stages/authentication/authentication.js';
import { createUseReporter } from './use-reporter.js';

const HOUR_MS = 3_600_000;

const FAILURES: ReadonlySet<unknown> = new Set<ErrorCode>(['INTERNAL_SERVER_ERROR', 'SUBGRAPH_UNAVAILABLE']);

/** An error that carries no code of ours is ours. */
const isFailure = (code: unknown): boolean => FAILURES.has(code) || !Object.hasOwn(ERROR_STATUS, String(code));

function outcomeOf({ errors }: Pick<ExecutionResult, 'errors'>): RequestOutcome {
  if (!errors?.length) return 'answered';
  return errors.some(({ extensions }) => isFailure(extensions['code'])) ? 'failed' : 'refused';
}

export interface CountedRequests {
  /** The same way; what becomes of every operation whose company is known is counted. */
  readonly pipeline: Pipeline;
  /** Sends what has not been reported yet, and counts no more. */
  stop(): Promise<void>;
}

/**
 * Counts by company and hour what becomes of operations, and tells ops of it every few seconds. A subscription is
 * counted once, when it is opened.
 * @param now epoch milliseconds
 */
export function countRequests(
  pipeline: Pipeline,
  parts: { readonly ops: SubgraphEndpoint; readonly logger: GatewayLogger; readonly now: () => number },
): CountedRequests {
  const { ops, logger, now } = parts;
  const reporter = createUseReporter({
    endpoint: ops,
    path: REQUEST_COUNTS_PATH,
    logger,
    useOf: (key, count): RequestCount => {
      const [tenantId = '', outcome, hour] = key.split(' ');
      return { tenantId, hour: new Date(Number(hour) * HOUR_MS).toISOString(), outcome: outcome as RequestOutcome, count };
    },
  });

  const count = ({ tenant }: Pick<IdentifiedRequest, 'tenant'>, outcome: RequestOutcome): void => {
    const at = now();
    reporter.add(`${tenant.id} ${outcome} ${Math.floor(at / HOUR_MS)}`, at);
  };

  /** Counts what the stage turns away, and, of what it lets through, whatever has ended by that. */
  const counted =
    <In, Out>(
      stage: Stage<In, Out>,
      callerOf: (input: In) => Pick<IdentifiedRequest, 'tenant'>,
      ended: (output: Out) => RequestOutcome | null,
    ): Stage<In, Out> =>
    async (input) => {
      try {
        const output = await stage(input);
        const outcome = ended(output);
        if (outcome) count(callerOf(input), outcome);
        return output;
      } catch (error) {
        count(callerOf(input), error instanceof Refusal && !isFailure(error.code) ? 'refused' : 'failed');
        throw error;
      }
    };

  return {
    pipeline: {
      enter: pipeline.enter,
      identify: pipeline.identify,
      admit: counted(pipeline.admit, (caller) => caller, () => null),
      bound: counted(pipeline.bound, ({ caller }) => caller, () => null),
      answer: counted(pipeline.answer, ({ caller }) => caller, outcomeOf),
      follow: counted(pipeline.follow, ({ caller }) => caller, (stream) => (Symbol.asyncIterator in stream ? 'answered' : outcomeOf(stream))),
    },
    stop: () => reporter.stop(),
  };
}
