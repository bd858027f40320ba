import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FlagDefinition } from '../../subgraphs/_kernel/flags/evaluation/flag.js';
import { evaluateFlag, type FlagContext } from '../../subgraphs/_kernel/flags/evaluation/evaluate.js';
import type { Flags } from '../../subgraphs/_kernel/flags/evaluation/flag-set.js';
import { contextAsSaid, openFeatureReason } from '../../subgraphs/_kernel/flags/evaluation/open-feature.js';
import { jsonAnswer, type HttpAnswer } from '../http/answer.js';
import type { ConnectionLimits } from '../http/connection-limits.js';
import { EVENT_STREAM_HEADERS } from '../http/event-writer.js';
import { urlOf } from '../http/incoming.js';
import type { Visit } from '../http/visit.js';
import type { Pipeline } from '../pipeline.js';
import { rateHeaders } from '../stages/rate-limits/rate-headers.js';
import { flagContextOf } from './flag-context.js';

/** Where flags are evaluated: all of them, and below it each by its key. */
export const OFREP_FLAGS_PATH = '/ofrep/v1/evaluate/flags';
/** Where those who keep values are told to ask again. */
export const OFREP_EVENTS_PATH = '/ofrep/v1/events';

const HEARTBEAT_MS = 12_000;
const INACTIVITY_SECONDS = 120;

type OfrepError = 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND';

/** Flags for clients that speak the OpenFeature Remote Evaluation Protocol. */
export interface Ofrep {
  /** All flags the caller may know, or the one whose key stands in the path. */
  evaluate(visit: Visit): Promise<HttpAnswer>;
  /** A stream that says when something has changed, never what. */
  events(visit: Visit): Promise<HttpAnswer>;
  /** Ends the streams. */
  stop(): void;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is said of whom the flags are for; a text says what is wrong with it. */
function contextIn(body: Buffer): Record<string, unknown> | OfrepError {
  let given: unknown;
  try {
    given = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    return 'PARSE_ERROR';
  }
  if (!isRecord(given)) return 'PARSE_ERROR';
  const { context = {} } = given;
  return isRecord(context) ? context : 'INVALID_CONTEXT';
}

const evaluated = (flag: FlagDefinition, context: FlagContext): object => {
  const evaluation = evaluateFlag(flag, context);
  return {
    key: flag.key,
    value: evaluation.value,
    reason: openFeatureReason(evaluation, flag),
    variant: evaluation.variant ?? evaluation.ruleId ?? evaluation.reason.toLowerCase(),
    metadata: {},
  };
};

const refusal = (status: number, errorCode: OfrepError, key: string | null): HttpAnswer =>
  jsonAnswer(status, { ...(key === null ? {} : { key }), errorCode });

const keyIn = (visit: Visit): string | null => {
  const rest = urlOf(visit.message).pathname.slice(OFREP_FLAGS_PATH.length + 1);
  if (rest === '') return null;
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
};

/** @param now epoch milliseconds */
export function createOfrep(parts: {
  readonly flags: Flags;
  readonly pipeline: Pick<Pipeline, 'enter' | 'identify' | 'admit'>;
  readonly connections: Pick<ConnectionLimits, 'enterFrom'>;
  readonly now: () => number;
}): Ofrep {
  const { flags, pipeline, connections, now } = parts;
  const streams = new Set<ServerResponse>();

  const all = (known: readonly FlagDefinition[], context: FlagContext, condition: string | undefined): HttpAnswer => {
    const eventStreams = [{ type: 'sse', endpoint: { requestUri: OFREP_EVENTS_PATH }, inactivityDelaySec: INACTIVITY_SECONDS }];
    const body = { flags: known.map((flag) => evaluated(flag, context)), eventStreams };
    const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 27)}"`;
    if (condition === etag) return { status: 304, headers: { etag }, body: '' };
    const answer = jsonAnswer(200, body);
    return { ...answer, headers: { ...answer.headers, etag, 'cache-control': 'no-store' } };
  };

  const pump =
    (leave: () => void) =>
    (response: ServerResponse): Promise<void> =>
      new Promise((resolve) => {
        streams.add(response);
        response.write('retry: 1000\n\n');
        const tell = (): void => {
          const data = JSON.stringify({ type: 'refetchEvaluation', lastModified: Math.floor(now() / 1_000) });
          response.write(`event: message\ndata: ${data}\n\n`);
        };
        // At once, too: what has changed since the client asked last, before it was listening, it has missed.
        tell();
        const stopListening = flags.onChange(tell);
        const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
        heartbeat.unref();
        response.once('close', () => {
          clearInterval(heartbeat);
          stopListening();
          streams.delete(response);
          leave();
          resolve();
        });
      });

  return {
    async evaluate(visit) {
      const { message, incoming, body } = visit;
      await pipeline.enter(incoming);
      const caller = await pipeline.admit(await pipeline.identify(incoming));
      const key = keyIn(visit);
      const said = contextIn(await body());
      if (typeof said === 'string') return refusal(400, said, key);
      const context = contextAsSaid(flagContextOf(caller, now()), said);
      const known = flags.all().filter(({ clientVisible }) => clientVisible || caller.principal.kind === 'platform');
      const headers = rateHeaders(caller.standings);
      if (key === null) {
        const answer = all(known, context, message.headers['if-none-match']);
        return { ...answer, headers: { ...headers, ...answer.headers } };
      }
      const flag = known.find((each) => each.key === key);
      // A flag that is not for clients is as unknown to them as one that there is not.
      if (!flag) return refusal(404, 'FLAG_NOT_FOUND', key);
      const answer = jsonAnswer(200, evaluated(flag, context));
      return { ...answer, headers: { ...headers, ...answer.headers } };
    },
    async events({ incoming }) {
      await pipeline.enter(incoming);
      const leave = connections.enterFrom(incoming);
      return { status: 200, headers: { ...EVENT_STREAM_HEADERS, 'cache-control': 'no-store' }, body: '', stream: pump(leave) };
    },
    stop() {
      for (const response of streams) response.end();
    },
  };
}
