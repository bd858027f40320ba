import { Kind, OperationTypeNode, type DocumentNode, type ExecutionResult, type GraphQLError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import type { Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { createBoundedQueue } from './bounded-queue.js';

const CONNECTIONS = 64;

/** Shorter than a subgraph keeps an idle connection, so that a request does not meet one that is closing. */
const KEEP_ALIVE_MS = 60_000;
const WS_PING_MS = 10_000;

/** Events of one subscription that may wait for a slow reader before the stream is ended. */
const EVENTS_WAITING = 256;

/** A client that cannot keep up is told so, rather than given some events and not others. */
class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';
  readonly extensions = { code: 'RATE_LIMITED' };

  constructor() {
    super('Events arrive faster than they are read; subscribe again');
  }
}

const RESET_CODES: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

const wasReset = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && RESET_CODES.includes(error.code);

const isQuery = (document: DocumentNode): boolean =>
  document.definitions.every((part) => part.kind !== Kind.OPERATION_DEFINITION || part.operation === OperationTypeNode.QUERY);

export interface GraphQLTransportOptions {
  readonly name: string;
  /** Where the subgraph answers GraphQL, over HTTP and over WebSocket alike. */
  readonly url: URL;
  /** What proves to the subgraph whose request it is: headers over HTTP, extensions over WebSocket. */
  readonly proofOf: (envelope: Envelope) => Readonly<Record<string, string>>;
}

export interface GraphQLTransport extends Pick<SubgraphEndpoint, 'execute' | 'subscribe' | 'close'> {
  readonly name: string;
  /** The kept connections, for requests to the same origin that are not GraphQL. */
  readonly pool: Pool;
}

/** GraphQL to another process: HTTP with kept connections, WebSocket for subscriptions. */
export function createGraphQLTransport({ name, url, proofOf }: GraphQLTransportOptions): GraphQLTransport {
  const { origin } = url;
  const pool = new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS });
  let sockets: Client | null = null;

  // One connection carries every subscription; a lost one ends them all, and the clients subscribe again.
  const socketClient = (): Client =>
    (sockets ??= createClient({
      url: url.href.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      keepAlive: WS_PING_MS,
      onNonLazyError: () => undefined,
    }));

  const post = async ({ source, operationName, variables, envelope, signal }: SubgraphRequest): Promise<ExecutionResult> => {
    const response = await pool.request({
      method: 'POST',
      path: url.pathname + url.search,
      headers: { 'content-type': 'application/json', ...proofOf(envelope) },
      body: JSON.stringify({ query: source, operationName, variables }),
      signal: signal ?? null,
    });
    const text = await response.body.text();
    if (response.statusCode >= 500 || response.statusCode === 401) {
      throw new Error(`${name} answered with status ${response.statusCode}`);
    }
    return JSON.parse(text) as ExecutionResult;
  };

  return {
    name,
    pool,
    async execute(request) {
      try {
        return await post(request);
      } catch (error) {
        // A query may be asked twice; whether a mutation arrived before the connection broke is not known.
        if (!wasReset(error) || !isQuery(request.document) || request.signal?.aborted) throw error;
        return post(request);
      }
    },

    async subscribe({ source, operationName, variables, envelope }) {
      let unsubscribe = (): void => undefined;
      const queue = createBoundedQueue<ExecutionResult>(EVENTS_WAITING, () => unsubscribe());
      unsubscribe = socketClient().subscribe(
        {
          query: source,
          variables: { ...variables },
          extensions: { ...proofOf(envelope) },
          ...(operationName ? { operationName } : {}),
        },
        {
          next: (event) => {
            if (queue.push(event as ExecutionResult)) return;
            queue.end(new SlowReaderError());
            unsubscribe();
          },
          error: (error) => {
            // An array is the subgraph refusing the operation; anything else is the connection.
            if (Array.isArray(error)) {
              queue.push({ errors: error as readonly GraphQLError[] });
              queue.end();
            } else queue.end(error instanceof Error ? error : new Error(`${name}: subscription lost`));
          },
          complete: () => queue.end(),
        },
      );
      return queue.stream;
    },

    async close() {
      await sockets?.dispose();
      await pool.close();
    },
  };
}
