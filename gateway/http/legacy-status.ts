import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from './answer.js';

/** What can be wrong with an operation that did arrive; anything else keeps its status. */
const OF_THE_OPERATION: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

interface ErrorBody {
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

const namesPlainJson = (message: IncomingMessage): boolean =>
  /(?:^|[,\s])application\/json\b/i.test(message.headers.accept ?? '');

/**
 * GraphQL over HTTP, section 6.4.1: a client that names `application/json` and is answered in it cannot tell a
 * status of ours from one of a proxy, so whatever is wrong with the operation itself goes out with 200. Who accepts
 * `application/graphql-response+json`, or anything at all, is told by the status.
 */
export function withLegacyStatus(message: IncomingMessage, answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 400 || !namesPlainJson(message)) return answer;
  if (!answer.headers['content-type']?.startsWith('application/json')) return answer;
  const { errors = [] } = JSON.parse(answer.body) as ErrorBody;
  const ofTheOperation = errors.length > 0 && errors.every(({ extensions }) => OF_THE_OPERATION.has(extensions?.code));
  return ofTheOperation ? { ...answer, status: 200 } : answer;
}
