import type { IncomingMessage } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';
import { ERROR_STATUS, httpStatusOf, type ErrorCode } from '../../../subgraphs/_kernel/wire/error-codes.js';
import type { Pipeline } from '../../pipeline.js';
import { Refusal } from '../../refusal.js';
import { isJsonObject, type JsonObject } from '../../stages/execution/json.js';
import { rateHeaders } from '../../stages/rate-limits/rate-headers.js';
import { jsonAnswer, type HttpAnswer } from '../answer.js';
import type { ApolloFront } from '../apollo-front.js';
import { isJson, parseBody } from '../graphql-route.js';
import { urlOf } from '../incoming.js';
import type { Route } from '../route.js';
import type { Visit } from '../visit.js';
import { cookieOf, setCookie } from './cookie.js';
import type { RestOperation, RestRequest } from './rest-operation.js';

interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a REST client is told instead of an answer. */
const problemAnswer = ({ code, message }: Problem, requestId: string): HttpAnswer =>
  jsonAnswer(httpStatusOf(code), { ok: false, error: { code, message, requestId } });

const codeIn = (value: unknown): ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERROR_STATUS, value) ? (value as ErrorCode) : 'INTERNAL_SERVER_ERROR';

/** What the operation gave, or why it gave nothing: as a member of its result union, or as an error. */
function outcomeOf({ root, success, absent }: RestOperation, { data, errors }: FormattedExecutionResult): JsonObject | Problem {
  const value = data?.[root];
  if (isJsonObject(value)) {
    if (value['__typename'] === success) return value;
    const { code, message } = value;
    return { code: codeIn(code), message: typeof message === 'string' ? message : '' };
  }
  const [error] = errors ?? [];
  if (!error && absent) return absent;
  // Only a variable that does not fit is left to say nothing of its own.
  return { code: codeIn(error?.extensions?.['code']), message: error?.message ?? 'There is no answer to this' };
}

const isProblem = (outcome: JsonObject | Problem): outcome is Problem => !('__typename' in outcome);

function bodyOf({ requestSchema }: RestOperation, visit: Visit, body: Buffer): JsonObject {
  if (!requestSchema) return {};
  const parsed = parseBody(visit.message, body);
  if (!isJsonObject(parsed)) throw new Refusal('BAD_USER_INPUT', 'Send a JSON object as application/json');
  return parsed;
}

/** The segment behind the path. */
function belowOf({ path, below }: RestOperation, visit: Visit): string {
  if (!below) return '';
  const segment = urlOf(visit.message).pathname.slice(path.length + 1);
  if (segment === '' || segment.includes('/')) throw new Refusal('NOT_FOUND', 'There is nothing here');
  return segment;
}

/** @throws {Refusal} when a form on another page could have made the request, and with it the browser's cookie come */
function cookieIn({ cookie }: RestOperation, { message }: Visit): string {
  const value = cookie ? cookieOf(message, cookie.name) : '';
  const isDeliberate = isJson(message) || message.headers['apollo-require-preflight'] !== undefined;
  if (value !== '' && !isDeliberate) {
    throw new Refusal('FORBIDDEN', 'Send content-type: application/json or the header apollo-require-preflight');
  }
  return value;
}

const requestOf = async (operation: RestOperation, visit: Visit): Promise<RestRequest> => ({
  query: urlOf(visit.message).searchParams,
  below: belowOf(operation, visit),
  cookie: cookieIn(operation, visit),
  body: bodyOf(operation, visit, await visit.body()),
});

/**
 * REST forms of GraphQL operations. Each takes the way of every operation: the same company, the same proof of who
 * asks, the same limits and rules.
 */
export function createRestRoutes(
  operations: readonly RestOperation[],
  parts: {
    readonly pipeline: Pipeline;
    readonly front: ApolloFront;
    /** Whether the client came by https. */
    readonly isSecure: (message: IncomingMessage) => boolean;
  },
): readonly Route[] {
  const { pipeline, front, isSecure } = parts;

  const run = async (operation: RestOperation, visit: Visit): Promise<HttpAnswer> => {
    const { incoming, signal } = visit;
    await pipeline.enter(incoming);
    const caller = await pipeline.admit(await pipeline.identify(incoming));
    const variables = operation.variablesOf(await requestOf(operation, visit));
    const { source, cookie, status = 200 } = operation;
    const bounded = await pipeline.bound({ caller, source, operationName: undefined, variables, named: null, signal });
    const outcome = outcomeOf(operation, await front.answer(bounded));
    const answer = isProblem(outcome)
      ? problemAnswer(outcome, incoming.requestId)
      : jsonAnswer(status, { ok: true, ...operation.answerOf(outcome) });
    const cookies = cookie && !isProblem(outcome) ? [setCookie(cookie, cookie.setBy(outcome, Date.now()), isSecure(visit.message))] : undefined;
    return {
      ...answer,
      headers: { ...rateHeaders(caller.standings), ...answer.headers, 'cache-control': 'no-store' },
      ...(cookies ? { cookies } : {}),
    };
  };

  return operations.map((operation) => ({
    method: operation.method,
    path: operation.path,
    ...(operation.below ? { below: true } : {}),
    async answer(visit) {
      try {
        return await run(operation, visit);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { headers, ...answer } = problemAnswer(error, visit.incoming.requestId);
        return { ...answer, headers: { ...headers, ...error.headers } };
      }
    },
  }));
}
