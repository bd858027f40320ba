import type { ResponsePath } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { ERROR_STATUS, type ErrorCode } from '../../../subgraphs/_kernel/wire/error-codes.js';
import type { GatewayLogger } from '../../logger.js';
import type { IdentifiedRequest } from '../authentication/authentication.js';
import { isJsonObject } from './json.js';
import type { FetchProblem } from './plan-run.js';

/** What a client may read of an error beside its code: which input fields broke which rule, and why a bank refused. */
const PASSED_ON = ['issues', 'declineCode', 'retryAfter', 'oldestCursor'];

/** Codes by which a subgraph says that the gateway, not the client, did something wrong. */
const OURS: readonly string[] = ['INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'SUBGRAPH_UNAVAILABLE'];

/** The subgraph could not be reached, or did not answer in time. */
export class SubgraphUnreachableError extends Error {
  override readonly name = 'SubgraphUnreachableError';
}

interface SeenError {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

const isPublicCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERROR_STATUS, code) && !OURS.includes(code);

function seenIn(cause: unknown): SeenError {
  if (!isJsonObject(cause)) return { message: String(cause), extensions: {} };
  const extensions = cause['extensions'];
  return { message: String(cause['message']), extensions: isJsonObject(extensions) ? extensions : {} };
}

function publicError({ message, extensions }: SeenError, code: ErrorCode, path: ResponsePath | undefined): GraphQLError {
  const passedOn = PASSED_ON.filter((key) => key in extensions).map((key) => [key, extensions[key]]);
  return new GraphQLError(message, {
    path,
    extensions: { code, ...(Object.fromEntries(passedOn) as Record<string, unknown>) },
  });
}

/**
 * What a client may know of a problem with a subgraph: an error with a code of the catalogue word for word,
 * anything else only as the request id under which it is logged here.
 */
export function createErrorMask(
  { requestId, tenant }: Pick<IdentifiedRequest, 'requestId' | 'tenant'>,
  logger: GatewayLogger,
): (problem: FetchProblem) => GraphQLError {
  return ({ subgraph, cause, path }) => {
    const seen = seenIn(cause);
    const code = seen.extensions['code'];
    if (isPublicCode(code)) return publicError(seen, code, path);
    if (cause instanceof SubgraphUnreachableError) {
      logger.warn({ subgraph, requestId, tenantId: tenant.id, err: cause.cause ?? cause }, 'subgraph did not answer');
      return new GraphQLError('A part of the answer is not available at the moment', {
        path,
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', requestId },
      });
    }
    logger.error(
      { subgraph, requestId, tenantId: tenant.id, path: path?.join('.'), code, reason: seen.message },
      'subgraph failed',
    );
    return new GraphQLError('Something went wrong on our side', {
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    });
  };
}
