import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  getOperationAST,
  GraphQLError,
  type ExecutionResult,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
} from 'graphql';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { GatewayLogger } from '../logger.js';
import type { GatewayMetrics } from '../metrics.js';
import type { EventStream, Pipeline } from '../pipeline.js';
import { Refusal } from '../refusal.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import type { SupergraphLife } from '../supergraph/supergraph-life.js';
import type { ApolloFront } from './apollo-front.js';
import type { ClientFacts } from './client-address.js';
import { incomingOf, keyProofOf, requestIdOf, urlOf } from './incoming.js';
import { GRAPHQL_PATH } from './routes.js';
import { withQuery } from './named-message.js';
import { noSuchOperation } from './no-such-operation.js';
import type { OpenSessions } from '../revocation/open-sessions.js';
import type { ConnectionLimits } from './connection-limits.js';
import { closeCodeOf, createSocketSession, type SocketSession } from './socket-session.js';
import { documentNameOf } from '../stages/persisted-queries/document-name.js';
import { createValidator } from '../stages/validation/validator.js';

export interface WebSocketFrontParts {
  readonly server: Server;
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly life: SupergraphLife;
  readonly introspection: boolean;
  readonly clientOf: (message: IncomingMessage) => ClientFacts;
  readonly messageBytes: number;
  /** Refuses the page of an origin that may not connect; without it none is refused. */
  readonly refuseForeignPage?: (message: IncomingMessage) => Promise<void>;
  /** Where connections are listed that end when what opened them is taken back; without it none does. */
  readonly sessions?: OpenSessions;
  /** How many may be open at a time; without it any number. */
  readonly connections?: ConnectionLimits;
  /** Milliseconds that what is under way has to end in when the gateway stops. */
  readonly drainMs?: number;
  readonly metrics: GatewayMetrics;
  readonly logger: GatewayLogger;
}

type ConnectionParams = Record<string, unknown> | undefined;
type SocketExtra = Partial<{ session: SocketSession }>;

interface Prepared {
  readonly operation: BoundedOperation;
  readonly definition: OperationDefinitionNode;
}

const PING_MS = 12_000;
const GOING_AWAY = 1001;
const DRAIN_MS = 1_000;
const RESUME_HINT = 'Restarting; resume after your last cursor';
const NOT_FOUND_RESPONSE = 'HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

const STATUS_LINES: Readonly<Record<string, string>> = { RATE_LIMITED: '429 Too Many Requests', FORBIDDEN: '403 Forbidden' };

/** Before there is a WebSocket, the answer is one of HTTP. */
function refusedResponse(error: unknown): string {
  const refusal = error instanceof Refusal ? error : null;
  const status = STATUS_LINES[refusal?.code ?? ''] ?? '503 Service Unavailable';
  const headers = Object.entries({ ...refusal?.headers, connection: 'close', 'content-length': '0' });
  return `HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

const isStream = (value: EventStream | ExecutionResult): value is EventStream => Symbol.asyncIterator in value;

const asGraphQLError = ({ message, path, extensions }: GraphQLFormattedError): GraphQLError =>
  new GraphQLError(message, { path, extensions });

/** A parameter that stands for a header, which browsers cannot set; by its name in lower case or as it is written. */
function parameterIn(params: ConnectionParams, name: string): string | null {
  const value = params?.[name.toLowerCase()] ?? params?.[name];
  return typeof value === 'string' ? value : null;
}

/** GraphQL over WebSocket, on the same path and through the same pipeline as over HTTP. */
export function attachWebSocketFront(parts: WebSocketFrontParts): { stop(): Promise<void> } {
  const { server, pipeline, front, life, introspection, clientOf, metrics, logger, connections, drainMs = DRAIN_MS } = parts;
  const validated = createValidator(introspection);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: parts.messageBytes });

  /** @returns gives the place back */
  const enter = async (message: IncomingMessage): Promise<(() => void) | undefined> => {
    const incoming = await pipeline.enter(incomingOf(message, clientOf(message), requestIdOf(message), null));
    await parts.refuseForeignPage?.(message);
    return connections?.enterFrom(incoming);
  };

  const answering = new Set<Promise<unknown>>();
  let stopping = false;

  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (urlOf(message).pathname !== GRAPHQL_PATH) {
      socket.end(NOT_FOUND_RESPONSE);
      return;
    }
    if (stopping) {
      socket.end(refusedResponse(null));
      return;
    }
    const admitted = async (): Promise<void> => {
      const leave = await enter(message);
      if (leave) socket.once('close', leave);
    };
    admitted().then(
      () => sockets.handleUpgrade(message, socket, head, (ws) => sockets.emit('connection', ws, message)),
      (error: unknown) => {
        if (error instanceof Refusal) metrics.refused(error.code);
        else logger.error({ err: error }, 'websocket not opened');
        socket.end(refusedResponse(error));
      },
    );
  });
  sockets.on('connection', (socket: WebSocket) => {
    metrics.socketOpened();
    socket.once('close', () => metrics.socketClosed());
    // A broken connection is closed by graphql-ws; unheard, its error would end the process.
    socket.on('error', (error) => logger.debug({ err: error }, 'websocket broke'));
  });

  const open = async (extra: Extra & SocketExtra, params: ConnectionParams): Promise<boolean> => {
    const { request, socket } = extra;
    const requestId = requestIdOf(request);
    try {
      const client = clientOf(request);
      const incoming = {
        ...incomingOf(request, client, requestId, parameterIn(params, 'Authorization')),
        keyProof: keyProofOf(request, client, parameterIn(params, 'DPoP')),
      };
      const caller = await pipeline.identify(incoming);
      const leave = connections?.enterTenant(caller);
      if (leave) socket.once('close', leave);
      const session = createSocketSession(caller, socket);
      extra.session = session;
      const forget = parts.sessions?.add(session);
      if (forget) socket.once('close', forget);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) logger.error({ err: error, requestId }, 'websocket not opened');
      else metrics.refused(error.code);
      const reason = error instanceof Refusal ? error.code : 'INTERNAL_SERVER_ERROR';
      socket.close(closeCodeOf(reason), reason);
      return false;
    }
  };

  const failed = (error: unknown, { requestId, tenant }: IdentifiedRequest): ExecutionResult => {
    if (error instanceof Refusal) return { errors: [error.toGraphQLError(requestId)] };
    logger.error({ err: error, requestId, tenantId: tenant.id }, 'operation failed');
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId };
    return { errors: [new GraphQLError('Something went wrong on our side', { extensions })] };
  };

  const follow = async ({ operation, definition }: Prepared): Promise<EventStream | ExecutionResult> => {
    try {
      const generation = life.current();
      const valid = validated(generation, operation.source);
      if ('errors' in valid) return { errors: valid.errors };
      const result = await pipeline.follow({ ...operation, generation, document: valid.document, definition });
      if (!isStream(result)) metrics.answered('subscription', result, 0);
      return result;
    } catch (error) {
      return failed(error, operation.caller);
    }
  };

  const disposable = useServer<NonNullable<ConnectionParams>, SocketExtra>(
    {
      jsonMessageReviver: withQuery,
      onConnect: (context) => open(context.extra, context.connectionParams),
      onDisconnect: ({ extra }) => extra.session?.left(),
      onComplete: ({ extra }, id) => extra.session?.completed(id),
      onSubscribe: async ({ extra, subscriptions }, id, payload) => {
        const { session } = extra;
        if (!session) return [new GraphQLError('The connection has not been opened')];
        try {
          session.refuseWhenOver();
          if (stopping) throw new Refusal('SUBGRAPH_UNAVAILABLE', RESUME_HINT);
          const { caller } = session;
          connections?.begin(caller, Object.keys(subscriptions).length);
          const operation = await pipeline.bound({
            caller: await pipeline.admit(caller),
            source: payload.query,
            named: documentNameOf(payload),
            operationName: payload.operationName || undefined,
            variables: payload.variables ?? {},
            signal: session.signalFor(id),
          });
          const valid = validated(life.current(), operation.source);
          if ('errors' in valid) return valid.errors;
          const definition = getOperationAST(valid.document, operation.operationName);
          if (!definition) throw noSuchOperation();
          const prepared: Prepared = { operation, definition };
          return {
            schema: life.current().apiSchema,
            document: valid.document,
            operationName: operation.operationName ?? null,
            variableValues: operation.variables,
            contextValue: prepared,
          };
        } catch (error) {
          if (error instanceof Refusal) metrics.refused(error.code);
          return failed(error, session.caller).errors ?? [];
        }
      },
      execute: async ({ contextValue }) => {
        const answered = front.answer((contextValue as Prepared).operation);
        answering.add(answered);
        const { errors, ...answer } = await answered.finally(() => answering.delete(answered));
        // Apollo Server's errors are plain objects, graphql-ws serialises errors itself.
        return errors ? { ...answer, errors: errors.map(asGraphQLError) } : answer;
      },
      subscribe: ({ contextValue }) => follow(contextValue as Prepared),
    },
    sockets,
    PING_MS,
  );

  return {
    async stop() {
      stopping = true;
      await Promise.race([Promise.allSettled(answering), delay(drainMs, undefined, { ref: false })]);
      // Not told that they are complete: a client then connects again, and goes on where it was.
      for (const socket of sockets.clients) socket.close(GOING_AWAY, RESUME_HINT);
      // Who does not read does not answer the close, either.
      const impatience = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, drainMs);
      await disposable.dispose();
      clearTimeout(impatience);
    },
  };
}
