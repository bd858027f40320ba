import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import { createExplanation, EXPLAIN_HEADER } from '../observation/explanation.js';
import { Refusal } from '../refusal.js';
import type { RefusalNotes } from '../refused-requests.js';
import type { IncomingRequest } from '../request.js';
import { maskedAnswer, refusalAnswer, send, type HttpAnswer } from './answer.js';
import type { ClientFacts } from './client-address.js';
import { decodeBody, encodeBody, isWorthCompressing } from './content-encoding.js';
import type { Cors } from './cors.js';
import { withEntityTag } from './entity-tag.js';
import { authorizationOf, headerOf, incomingOf, requestIdOf } from './incoming.js';
import { MethodNotAllowed } from './method-not-allowed.js';
import { readBody } from './read-body.js';
import { asRequestSpan, describeRoute } from './request-span.js';
import type { Route } from './route.js';
import { findRoute, methodsOf } from './routes.js';
import { securityHeaders } from './security-headers.js';
import { watchSilentConnections } from './silent-connections.js';
import type { Visit } from './visit.js';

export interface HttpFrontParts {
  readonly routes: readonly Route[];
  readonly clientOf: (message: IncomingMessage) => ClientFacts;
  readonly bodyBytes: number;
  /** Which pages may read the answers; without it none but our own. */
  readonly cors?: Cors;
  readonly patience?: Patience;
  /** Whether a client may ask how its operation was answered; never in production. */
  readonly explain?: boolean;
  /** Where it is noted what was refused; without it nowhere. */
  readonly refusals?: RefusalNotes;
  readonly metrics: GatewayMetrics;
  readonly logger: GatewayLogger;
}

/** Milliseconds a client is waited for. Who sends a byte now and then holds a connection no longer than this. */
export interface Patience {
  readonly headersMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestMs: number;
  /** Between requests; longer than the load balancers in front keep an idle connection. */
  readonly keepAliveMs: number;
  /** While its answer waits to be read, and nothing of it is; streams send something more often than that. */
  readonly unreadMs: number;
  /** How often it is looked whose time is over. */
  readonly checkMs: number;
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, unreadMs: 60_000, checkMs: 5_000 };

const goneSignals = new WeakMap<Socket, AbortSignal>();

/** Aborted when the client's connection is closed: whoever it asked for something is then not there any more. */
function goneSignalOf(socket: Socket): AbortSignal {
  const known = goneSignals.get(socket);
  if (known) return known;
  const gone = new AbortController();
  if (socket.destroyed) gone.abort(new Error('the client has gone'));
  else socket.once('close', () => gone.abort(new Error('the client has gone')));
  goneSignals.set(socket, gone.signal);
  return gone.signal;
}

/** The HTTP server: finds the route, sends its answer, and turns what is thrown into one. */
export function createHttpFront(parts: HttpFrontParts): Server {
  const { routes, clientOf, bodyBytes, cors, explain = false, metrics, logger, patience = PATIENCE } = parts;

  const failed = (error: unknown, incoming: IncomingRequest): HttpAnswer => {
    const { requestId } = incoming;
    if (error instanceof Refusal) {
      metrics.refused(error.code);
      parts.refusals?.note(incoming, error);
      return refusalAnswer(error, requestId);
    }
    logger.error({ err: error, requestId }, 'request failed');
    return maskedAnswer(requestId);
  };

  const answerTo = async (visit: Visit): Promise<HttpAnswer> => {
    try {
      const route = findRoute(routes, visit);
      if (route) {
        describeRoute(route.method, route.path);
        return withEntityTag(visit.message, await route.answer(visit));
      }
      const methods = methodsOf(routes, visit);
      if (methods.length === 0) throw new Refusal('NOT_FOUND', 'There is nothing here');
      if (visit.message.method !== 'OPTIONS') throw new MethodNotAllowed(methods);
      return { status: 204, headers: { allow: methods.join(', ') }, body: '' };
    } catch (error) {
      return failed(error, visit.incoming);
    }
  };

  const preflightOf = async ({ message, incoming }: Visit, client: ClientFacts): Promise<HttpAnswer | null> => {
    if (!cors || message.method !== 'OPTIONS') return null;
    try {
      return await cors.preflight(message, client, incoming);
    } catch (error) {
      return failed(error, incoming);
    }
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = requestIdOf(message);
    const client = clientOf(message);
    const visit: Visit = {
      message,
      incoming: {
        ...incomingOf(message, client, requestId, authorizationOf(message)),
        ...(explain && headerOf(message, EXPLAIN_HEADER) === '1' ? { explanation: createExplanation() } : {}),
      },
      signal: goneSignalOf(message.socket),
      body: async () => decodeBody(await readBody(message, bodyBytes), headerOf(message, 'content-encoding'), bodyBytes),
    };
    const preflight = await preflightOf(visit, client);
    const answer = preflight ?? (await answerTo(visit));
    const shared = cors && !preflight && message.headers.origin ? await cors.headersFor(message, client, requestId) : {};
    // What was not read of the body would be taken for the next request.
    const unread = message.complete ? {} : { connection: 'close' };
    const { 'accept-encoding': acceptEncoding } = message.headers;
    const compress = acceptEncoding && !answer.cookies && isWorthCompressing(answer.body, answer.headers['content-type']);
    const encoded = compress ? await encodeBody(answer.body, String(acceptEncoding)) : null;
    const headers = { ...securityHeaders(requestId, client.secure), ...shared, ...unread };
    if (answer.stream) {
      response.writeHead(answer.status, { ...headers, ...answer.headers });
      await answer.stream(response);
      return;
    }
    send(response, answer, headers, encoded);
  };

  const timeouts = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.keepAliveMs,
    connectionsCheckingInterval: patience.checkMs,
  };
  const server = createServer(timeouts, (message, response) => {
    asRequestSpan(message, response, () => handle(message, response)).catch((error: unknown) => {
      logger.error({ err: error }, 'answer could not be sent');
      response.destroy();
    });
  });
  server.setTimeout(patience.unreadMs);
  watchSilentConnections(server);
  return server;
}
