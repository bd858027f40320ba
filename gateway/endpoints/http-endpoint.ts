import { Kind, OperationTypeNode, type DocumentNode, type ExecutionResult, type GraphQLError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { ENVELOPE_HEADER, sealEnvelope, type Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { createBoundedQueue } from './bounded-queue.js';

const GRAPHQL_PATH = '/graphql';
const CONNECTIONS = 64;

/** Shorter than a subgraph keeps an idle connection, so that a request does not meet one that is closing. */
const KEEP_ALIVE_MS = 60_000;
const READY_TIMEOUT_MS = 2_000;
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

export interface HttpEndpointOptions {
  readonly name: SubgraphName;
  /** Origin of the subgraph, without path. */
  readonly url: string;
  readonly envelopeSecret: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A subgraph in another process: HTTP with kept connections, WebSocket for subscriptions. */
export function createHttpEndpoint({
  name,
  url,
  envelopeSecret,
  now = Date.now,
}: HttpEndpointOptions): SubgraphEndpoint {
  const pool = new Pool(url, { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS });
  const seal = (envelope: Envelope): string => sealEnvelope(envelope, envelopeSecret, now());
  let sockets: Client | null = null;

  // One connection carries every subscription; a lost one ends them all, and the clients subscribe again.
  const socketClient = (): Client =>
    (sockets ??= createClient({
      url: `${url.replace(/^http/, 'ws')}${GRAPHQL_PATH}`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      keepAlive: WS_PING_MS,
      onNonLazyError: () => undefined,
    }));

  const post = async ({ source, operationName, variables, envelope, signal }: SubgraphRequest): Promise<ExecutionResult> => {
    const response = await pool.request({
      method: 'POST',
      path: GRAPHQL_PATH,
      headers: { 'content-type': 'application/json', [ENVELOPE_HEADER]: seal(envelope) },
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
          extensions: { [ENVELOPE_HEADER]: seal(envelope) },
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

    async forward({ method, path, search, headers, body }, envelope) {
      const response = await pool.request({
        method: method === 'POST' ? 'POST' : 'GET',
        path: path + search,
        headers: { ...headers, [ENVELOPE_HEADER]: seal(envelope) },
        body: method === 'POST' ? body : null,
      });
      return {
        status: response.statusCode,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([key, value]) => [key, [value ?? ''].flat().join(', ')]),
        ),
        body: await response.body.text(),
      };
    },

    async ready() {
      try {
        const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
        const response = await pool.request({ method: 'GET', path: '/health/ready', signal });
        await response.body.dump();
        return response.statusCode === 200;
      } catch {
        return false;
      }
    },

    async close() {
      await sockets?.dispose();
      await pool.close();
    },
  };
}
