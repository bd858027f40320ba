import { Kind, OperationTypeNode, type DocumentNode, type ExecutionResult, type GraphQLError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import type { Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { traceHeaders } from '../../subgraphs/_kernel/wire/tracing.js';
import { createFlights } from './flights.js';
import { post } from './post.js';
import { createResumedStream, type OpenSource } from './resumed-stream.js';

const CONNECTIONS = 64;

/** Shorter than a subgraph keeps an idle connection, so that a request does not meet one that is closing. */
const KEEP_ALIVE_MS = 60_000;
const WS_PING_MS = 10_000;

/** Events of one subscription that may wait for a slow reader; it finds the rest in the log. */
const EVENTS_WAITING = 256;

const RESET_CODES: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

const wasReset = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && RESET_CODES.includes(error.code);

const isQuery = (document: DocumentNode): boolean =>
  document.definitions.every((part) => part.kind !== Kind.OPERATION_DEFINITION || part.operation === OperationTypeNode.QUERY);

interface RequestForm {
  /** Everything of the body that stands before the variables. */
  readonly start: string;
  readonly isRead: boolean;
}

const forms = new WeakMap<DocumentNode, RequestForm>();

/** What is the same in every request of one document. A plan asks with the same documents again and again. */
function formOf({ document, source, operationName }: SubgraphRequest): RequestForm {
  const known = forms.get(document);
  if (known) return known;
  const named = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const form = { start: `{"query":${JSON.stringify(source)}${named},"variables":`, isRead: isQuery(document) };
  forms.set(document, form);
  return form;
}

const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

/** Whose request it is: all that a subgraph may answer differently for. */
const identityOf = ({ tenant, principal }: Envelope): string => `${textOf(tenant)}\n${textOf(principal)}`;

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
  const path = url.pathname + url.search;
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

  const flights = createFlights();

  const send = async (envelope: Envelope, body: string, signal: AbortSignal | undefined): Promise<string> => {
    const headers = { 'content-type': 'application/json', ...proofOf(envelope), ...traceHeaders() };
    const { status, text } = await post(pool, { path, headers, body, signal: signal ?? null });
    if (status >= 500 || status === 401) throw new Error(`${name} answered with status ${status}`);
    return text;
  };

  const read = async (envelope: Envelope, body: string, signal: AbortSignal | undefined): Promise<string> => {
    try {
      return await send(envelope, body, signal);
    } catch (error) {
      // A query may be asked twice; whether a mutation arrived before the connection broke is not known.
      if (!wasReset(error) || signal?.aborted) throw error;
      return send(envelope, body, signal);
    }
  };

  const write = async (envelope: Envelope, body: string, signal: AbortSignal | undefined): Promise<string> => {
    flights.forget();
    try {
      return await send(envelope, body, signal);
    } finally {
      flights.forget();
    }
  };

  const answerTo = (request: SubgraphRequest): Promise<string> => {
    const { envelope, sharesReads, signal } = request;
    const { start, isRead } = formOf(request);
    const body = `${start}${JSON.stringify(request.variables)}}`;
    if (!isRead) return write(envelope, body, signal);
    if (!sharesReads) return read(envelope, body, signal);
    return flights.join(`${identityOf(envelope)}\n${body}`, signal, (shared) => read(envelope, body, shared));
  };

  return {
    name,
    pool,
    execute: async (request) => JSON.parse(await answerTo(request)) as ExecutionResult,

    async subscribe({ source, operationName, variables, envelope, resumeAfter }) {
      const open: OpenSource = (sink, after) =>
        socketClient().subscribe(
          {
            query: source,
            variables: { ...variables },
            extensions: { ...proofOf(envelope), ...traceHeaders(), ...(after === undefined ? {} : { resumeAfter: after }) },
            ...(operationName ? { operationName } : {}),
          },
          {
            next: (event) => sink.next(event as ExecutionResult),
            error: (error) => {
              // An array is the subgraph refusing the operation; anything else is the connection.
              if (Array.isArray(error)) {
                sink.next({ errors: error as readonly GraphQLError[] });
                sink.end();
              } else sink.end(error instanceof Error ? error : new Error(`${name}: subscription lost`));
            },
            complete: () => sink.end(),
          },
        );
      return createResumedStream(open, EVENTS_WAITING, resumeAfter);
    },

    async close() {
      await sockets?.dispose();
      await pool.close();
    },
  };
}
