import type { IncomingMessage } from 'node:http';
import type { GatewayMetrics } from '../metrics.js';
import type { Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import type { IncomingRequest } from '../request.js';
import { answerByName } from '../stages/persisted-queries/http-form.js';
import type { AskedOperation } from '../stages/persisted-queries/persisted-queries.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import { isJsonObject, type JsonObject } from '../stages/execution/json.js';
import { freshnessHeaders, type Freshness } from '../stages/response-cache/freshness.js';
import { rateHeaders } from '../stages/rate-limits/rate-headers.js';
import type { HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import { urlOf } from './incoming.js';
import { documentNamedIn, withDocument } from './named-request.js';
import { withLegacyStatus } from './legacy-status.js';

export const isJson = (message: IncomingMessage): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\b/i.test(message.headers['content-type'] ?? '');

/** The body as JSON; undefined where there is none, so that Apollo Server says what is amiss. */
export function parseBody(message: IncomingMessage, body: Buffer): unknown {
  if (message.method === 'GET' || !isJson(message)) return undefined;
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
  readonly named: AskedOperation['named'];
  readonly oneOfSeveral?: boolean;
}

export function askedBy(message: IncomingMessage, body: unknown): Asked {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  if (message.method === 'GET') {
    const { searchParams } = urlOf(message);
    return {
      named: documentNamedIn('GET', searchParams, body),
      source: searchParams.getAll('query').join('\n'),
      operationName: searchParams.get('operationName') ?? undefined,
      variables: {},
    };
  }
  const asked = isJsonObject(body) ? body : {};
  return {
    named: documentNamedIn('POST', new URLSearchParams(), body),
    source: text(asked['query']),
    operationName: text(asked['operationName']) || undefined,
    variables: isJsonObject(asked['variables']) ? asked['variables'] : {},
    oneOfSeveral: Array.isArray(body),
  };
}

/** By `Cache-Control: no-cache` or `no-store`, as a reload in a browser sends it. */
const wantsFresh = ({ headers }: IncomingMessage): boolean => /\bno-(?:cache|store)\b/i.test(headers['cache-control'] ?? '');

/** One GraphQL request over HTTP: who asks, how much, and then Apollo Server and the rest of the pipeline. */
export async function answerGraphQL(
  parts: { readonly pipeline: Pipeline; readonly front: ApolloFront; readonly metrics: GatewayMetrics },
  message: IncomingMessage,
  incoming: IncomingRequest,
  readBody: () => Promise<Buffer>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { pipeline, front } = parts;
  await pipeline.enter(incoming);
  const caller = await pipeline.admit(await pipeline.identify(incoming));
  const body = parseBody(message, await readBody());
  const asked = askedBy(message, body);
  let freshness: Freshness | null = null;
  const operation: BoundedOperation = await pipeline.bound({
    caller,
    ...asked,
    signal,
    wantsFresh: wantsFresh(message),
    tellFreshness: (told) => {
      freshness = told;
    },
  });
  const request = { method: message.method ?? 'GET', headers: message.headers, search: urlOf(message).search, body };
  const answer = asked.named
    ? answerByName(await front.answerHttp(withDocument(request, operation.source), operation), operation, request.method)
    : await front.answerHttp(request, operation);
  const headers = {
    ...rateHeaders(caller.standings),
    ...answer.headers,
    ...(freshness && answer.status === 200 ? freshnessHeaders(freshness) : {}),
  };
  return withLegacyStatus(message, { ...answer, headers });
}
