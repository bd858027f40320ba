import type { IncomingMessage } from 'node:http';
import type { GatewayMetrics } from '../metrics.js';
import type { Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import type { IncomingRequest } from '../request.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import { isJsonObject, type JsonObject } from '../stages/execution/json.js';
import type { HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import { urlOf } from './incoming.js';

const isJson = (message: IncomingMessage): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\b/i.test(message.headers['content-type'] ?? '');

/** The body as JSON; undefined where there is none, so that Apollo Server says what is amiss. */
function parseBody(message: IncomingMessage, body: Buffer): unknown {
  if (message.method !== 'POST' || !isJson(message)) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new Refusal('BAD_USER_INPUT', 'The body is not JSON');
  }
}

interface Asked {
  readonly source: string;
  readonly operationName: string | undefined;
  readonly variables: JsonObject;
}

function askedBy(message: IncomingMessage, body: unknown): Asked {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  if (message.method === 'GET') {
    const { searchParams } = urlOf(message);
    return {
      source: searchParams.getAll('query').join('\n'),
      operationName: searchParams.get('operationName') ?? undefined,
      variables: {},
    };
  }
  const asked = isJsonObject(body) ? body : {};
  return {
    source: text(asked['query']),
    operationName: text(asked['operationName']) || undefined,
    variables: isJsonObject(asked['variables']) ? asked['variables'] : {},
  };
}

/** One GraphQL request over HTTP: who asks, how much, and then Apollo Server and the rest of the pipeline. */
export async function answerGraphQL(
  parts: { readonly pipeline: Pipeline; readonly front: ApolloFront; readonly metrics: GatewayMetrics },
  message: IncomingMessage,
  incoming: IncomingRequest,
  readBody: () => Promise<Buffer>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { pipeline, front } = parts;
  const caller = await pipeline.identify(incoming);
  const body = parseBody(message, await readBody());
  if (Array.isArray(body)) throw new Refusal('OPERATION_TOO_COMPLEX', 'Several operations in one request are not accepted');
  const operation: BoundedOperation = await pipeline.bound({ caller, ...askedBy(message, body), signal });
  return front.answerHttp(
    { method: message.method ?? 'GET', headers: message.headers, search: urlOf(message).search, body },
    operation,
  );
}
