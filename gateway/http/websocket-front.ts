import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  GraphQLError,
  Kind,
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
import type { BoundedOperation } from '../stages/limits/limits.js';
import type { SupergraphLife } from '../supergraph/supergraph-life.js';
import type { ApolloFront } from './apollo-front.js';
import type { ClientFacts } from './client-address.js';
import { incomingOf, requestIdOf, urlOf } from './incoming.js';
import { GRAPHQL_PATH } from './routes.js';
import { createSocketSession, type SocketSession } from './socket-session.js';
import { createValidator } from '../stages/validation/validator.js';

export interface WebSocketFrontParts {
  readonly server: Server;
  readonly pipeline: Pipeline;
  readonly front: ApolloFront;
  readonly life: SupergraphLife;
  readonly introspection: boolean;
  readonly clientOf: (message: IncomingMessage) => ClientFacts;
  readonly messageBytes: number;
  readonly metrics: GatewayMetrics;
  readonly logger: GatewayLogger;
}

type ConnectionParams = Record<string, unknown> | undefined;
type SocketExtra = Partial<{ session: SocketSession }>;

interface Prepared {
  readonly operation: BoundedOperation;
  readonly definition: OperationDefinitionNode | undefined;
}

/** Operations one connection may have under way at the same time. */
const OPERATIONS_PER_SOCKET = 100;
const PING_MS = 12_000;
const UNAUTHORIZED = 4401;
const NOT_FOUND_RESPONSE = 'HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

const isStream = (value: EventStream | ExecutionResult): value is EventStream => Symbol.asyncIterator in value;

const asGraphQLError = ({ message, path, extensions }: GraphQLFormattedError): GraphQLError =>
  new GraphQLError(message, { path, extensions });

function authorizationIn(params: ConnectionParams): string | null {
  const value = params?.['authorization'] ?? params?.['Authorization'];
  return typeof value === 'string' ? value : null;
}

/** GraphQL over WebSocket, on the same path and through the same pipeline as over HTTP. */
export function attachWebSocketFront(parts: WebSocketFrontParts): { stop(): Promise<void> } {
  const { server, pipeline, front, life, introspection, clientOf, metrics, logger } = parts;
  const validated = createValidator(introspection);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: parts.messageBytes });

  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (urlOf(message).pathname !== GRAPHQL_PATH) {
      socket.end(NOT_FOUND_RESPONSE);
      return;
    }
    sockets.handleUpgrade(message, socket, head, (ws) => sockets.emit('connection', ws, message));
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
      const incoming = incomingOf(request, clientOf(request), requestId, authorizationIn(params));
      extra.session = createSocketSession(await pipeline.identify(incoming), socket);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) logger.error({ err: error, requestId }, 'websocket not opened');
      else metrics.refused(error.code);
      const reason = error instanceof Refusal ? error.code : 'INTERNAL_SERVER_ERROR';
      socket.close(reason === 'UNAUTHENTICATED' ? UNAUTHORIZED : 4403, reason);
      return false;
    }
  };

  const failed = (error: unknown, requestId: string): ExecutionResult => {
    if (error instanceof Refusal) return { errors: [error.toGraphQLError(requestId)] };
    logger.error({ err: error, requestId }, 'operation failed');
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId };
    return { errors: [new GraphQLError('Something went wrong on our side', { extensions })] };
  };

  const follow = async ({ operation, definition }: Prepared): Promise<EventStream | ExecutionResult> => {
    try {
      const generation = life.current();
      const valid = validated(generation, operation.source);
      if ('errors' in valid || !definition) return { errors: 'errors' in valid ? valid.errors : [] };
      const result = await pipeline.follow({ ...operation, generation, document: valid.document, definition });
      if (!isStream(result)) metrics.answered('subscription', result, 0);
      return result;
    } catch (error) {
      return failed(error, operation.caller.requestId);
    }
  };

  const disposable = useServer<NonNullable<ConnectionParams>, SocketExtra>(
    {
      onConnect: (context) => open(context.extra, context.connectionParams),
      onDisconnect: ({ extra }) => extra.session?.end(),
      onComplete: ({ extra }, id) => extra.session?.completed(id),
      onSubscribe: async ({ extra, subscriptions }, id, payload) => {
        const { session } = extra;
        if (!session) return [new GraphQLError('The connection has not been opened')];
        try {
          session.refuseWhenOver();
          if (Object.keys(subscriptions).length > OPERATIONS_PER_SOCKET) {
            throw new Refusal('RATE_LIMITED', `At most ${OPERATIONS_PER_SOCKET} operations at a time on one connection`);
          }
          const operation = await pipeline.bound({
            caller: session.caller,
            source: payload.query,
            operationName: payload.operationName ?? undefined,
            variables: payload.variables ?? {},
            signal: session.signalFor(id),
          });
          const valid = validated(life.current(), operation.source);
          if ('errors' in valid) return valid.errors;
          const definition = valid.document.definitions.find(
            (part): part is OperationDefinitionNode =>
              part.kind === Kind.OPERATION_DEFINITION &&
              (!operation.operationName || part.name?.value === operation.operationName),
          );
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
          return failed(error, session.caller.requestId).errors ?? [];
        }
      },
      execute: async ({ contextValue }) => {
        const { errors, ...answer } = await front.answer((contextValue as Prepared).operation);
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
      await disposable.dispose();
    },
  };
}
