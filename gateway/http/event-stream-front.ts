import type { IncomingMessage, ServerResponse } from 'node:http';
import { getOperationAST, OperationTypeNode, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import type { GatewayMetrics } from '../metrics.js';
import type { EventStream, Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import type { OpenSessions } from '../revocation/open-sessions.js';
import { rateHeaders } from '../stages/rate-limits/rate-headers.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import { isJsonObject, type JsonObject } from '../stages/execution/json.js';
import { createValidator } from '../stages/validation/validator.js';
import type { SupergraphLife } from '../supergraph/supergraph-life.js';
import { jsonAnswer, type HttpAnswer } from './answer.js';
import type { ApolloFront } from './apollo-front.js';
import type { ConnectionLimits } from './connection-limits.js';
import { createEventWriter, EVENT_STREAM_HEADERS, type EventWriter } from './event-writer.js';
import { askedBy, parseBody } from './graphql-route.js';
import { headerOf, urlOf } from './incoming.js';
import { noSuchOperation } from './no-such-operation.js';
import { LONGEST_TIMER_MS, tokenExpired } from './socket-session.js';
import type { Visit } from './visit.js';

export interface EventStreamFrontParts {
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly life: SupergraphLife;
  readonly introspection: boolean;
  readonly sessions: OpenSessions;
  readonly connections: ConnectionLimits;
  /** Refuses the page of an origin that may not connect: an `EventSource` asks nobody before. */
  readonly refuseForeignPage: (message: IncomingMessage) => Promise<void>;
  readonly metrics: GatewayMetrics;
}

/** GraphQL over server-sent events, for those who cannot use WebSocket: one operation a connection. */
export interface EventStreamFront {
  wants(message: IncomingMessage): boolean;
  /** @throws {Refusal} */
  answer(visit: Visit): Promise<HttpAnswer>;
  stop(): void;
}

/** What is given back and undone when a connection is over, in the order it was taken. */
class Leaving {
  private readonly steps: (() => void)[] = [];

  with(step: () => void): void {
    this.steps.push(step);
  }

  leave(): void {
    for (const step of this.steps.splice(0)) step();
  }
}

const isStream = (value: EventStream | ExecutionResult): value is EventStream => Symbol.asyncIterator in value;

async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult, void, void> {
  yield result;
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** Variables are Apollo Server's to check elsewhere; here they are ours. */
function variablesOf(message: IncomingMessage, body: unknown): JsonObject {
  const text = urlOf(message).searchParams.get('variables');
  const inAddress = text === null ? {} : jsonOf(text);
  const given = message.method === 'GET' ? inAddress : ((isJsonObject(body) ? body['variables'] : null) ?? {});
  if (isJsonObject(given)) return given;
  throw new Refusal('BAD_USER_INPUT', 'The variables are not a JSON object');
}

export function createEventStreamFront(parts: EventStreamFrontParts): EventStreamFront {
  const { pipeline, front, life, sessions, connections, metrics } = parts;
  const validated = createValidator(parts.introspection);
  const writers = new Set<EventWriter>();

  /** Ends with the client, with what its token says, and with what is taken back. */
  const keepSession = (caller: IdentifiedRequest, controller: AbortController, leaving: Leaving): void => {
    let current = caller;
    const end = (refusal: Refusal): void => controller.abort(refusal);
    leaving.with(
      sessions.add({
        get caller() {
          return current;
        },
        end,
        know(tenant) {
          current = { ...current, tenant };
        },
      }),
    );
    if (caller.expiresAt === null) return;
    const left = Math.min(Math.max(caller.expiresAt - Date.now(), 0), LONGEST_TIMER_MS);
    const timer = setTimeout(() => end(tokenExpired()), left);
    timer.unref();
    leaving.with(() => clearTimeout(timer));
  };

  const resultsOf = async (
    operation: BoundedOperation,
    definition: OperationDefinitionNode,
    method: string | undefined,
  ): Promise<AsyncGenerator<ExecutionResult, void, void>> => {
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) {
      if (method === 'GET' && definition.operation === OperationTypeNode.MUTATION) {
        throw new Refusal('BAD_USER_INPUT', 'A mutation needs a POST');
      }
      return only((await front.answer(operation)) as ExecutionResult);
    }
    const generation = life.current();
    const valid = validated(generation, operation.source);
    if ('errors' in valid) return only({ errors: valid.errors });
    const result = await pipeline.follow({ ...operation, generation, document: valid.document, definition });
    if (isStream(result)) return result;
    metrics.answered('subscription', result, 0);
    return only(result);
  };

  const pump =
    (results: AsyncGenerator<ExecutionResult, void, void>, controller: AbortController, leaving: Leaving) =>
    async (response: ServerResponse): Promise<void> => {
      const writer = createEventWriter(response);
      writers.add(writer);
      response.once('close', () => controller.abort());
      if (response.destroyed) controller.abort();
      try {
        for await (const result of results) await writer.next(result);
        writer.complete();
      } finally {
        writers.delete(writer);
        leaving.leave();
      }
    };

  const open = async ({ message, incoming, body }: Visit, leaving: Leaving): Promise<HttpAnswer> => {
    await pipeline.enter(incoming);
    await parts.refuseForeignPage(message);
    leaving.with(connections.enterFrom(incoming));
    const identified = await pipeline.identify(incoming);
    leaving.with(connections.enterTenant(identified));
    const controller = new AbortController();
    keepSession(identified, controller, leaving);
    const caller = await pipeline.admit(identified);
    const given = parseBody(message, await body());
    if (message.method === 'POST' && given === undefined) throw new Refusal('BAD_USER_INPUT', 'The body is not JSON');
    const asked = askedBy(message, given);
    const operation = await pipeline.bound({
      caller,
      ...asked,
      variables: variablesOf(message, given),
      signal: controller.signal,
      resumeAfter: headerOf(message, 'last-event-id') ?? undefined,
    });
    const valid = validated(life.current(), operation.source);
    if ('errors' in valid) return jsonAnswer(400, { errors: valid.errors });
    const definition = getOperationAST(valid.document, operation.operationName);
    if (!definition) throw noSuchOperation();
    const results = await resultsOf(operation, definition, message.method);
    return {
      status: 200,
      headers: { ...rateHeaders(caller.standings), ...EVENT_STREAM_HEADERS },
      body: '',
      stream: pump(results, controller, leaving),
    };
  };

  return {
    wants: ({ headers }) => /\btext\/event-stream\b/i.test(headers.accept ?? ''),
    async answer(visit) {
      const leaving = new Leaving();
      try {
        const answer = await open(visit, leaving);
        if (!answer.stream) leaving.leave();
        return answer;
      } catch (error) {
        leaving.leave();
        throw error;
      }
    },
    stop() {
      for (const writer of writers) writer.breakOff();
    },
  };
}
