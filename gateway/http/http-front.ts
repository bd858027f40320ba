import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import { Refusal } from '../refusal.js';
import { maskedAnswer, refusalAnswer, send, type HttpAnswer } from './answer.js';
import type { ClientFacts } from './client-address.js';
import { headerOf, incomingOf, requestIdOf } from './incoming.js';
import { readBody } from './read-body.js';
import { findRoute, type Route, type Visit } from './routes.js';
import { securityHeaders } from './security-headers.js';

export interface HttpFrontParts {
  readonly routes: readonly Route[];
  readonly clientOf: (message: IncomingMessage) => ClientFacts;
  readonly bodyBytes: number;
  readonly metrics: GatewayMetrics;
  readonly logger: GatewayLogger;
}

/** Longer than the load balancers in front keep an idle connection. */
const KEEP_ALIVE_MS = 65_000;

/** The HTTP server: finds the route, sends its answer, and turns what is thrown into one. */
export function createHttpFront(parts: HttpFrontParts): Server {
  const { routes, clientOf, bodyBytes, metrics, logger } = parts;

  const failed = (error: unknown, requestId: string): HttpAnswer => {
    if (error instanceof Refusal) {
      metrics.refused(error.code);
      return refusalAnswer(error, requestId);
    }
    logger.error({ err: error, requestId }, 'request failed');
    return maskedAnswer(requestId);
  };

  const answerTo = async (visit: Visit): Promise<HttpAnswer> => {
    try {
      const route = findRoute(routes, visit);
      if (!route) throw new Refusal('NOT_FOUND', 'There is nothing here');
      return await route.answer(visit);
    } catch (error) {
      return failed(error, visit.incoming.requestId);
    }
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = requestIdOf(message);
    const client = clientOf(message);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client has gone'));
    });
    const answer = await answerTo({
      message,
      incoming: incomingOf(message, client, requestId, headerOf(message, 'authorization')),
      signal: gone.signal,
      body: () => readBody(message, bodyBytes),
    });
    // What was not read of the body would be taken for the next request.
    const unread = message.complete ? {} : { connection: 'close' };
    send(response, answer, { ...securityHeaders(requestId, client.secure), ...unread });
  };

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      logger.error({ err: error }, 'answer could not be sent');
      response.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}
