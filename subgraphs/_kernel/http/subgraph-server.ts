import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../request/clock.js';
import type { Logger } from '../request/request-context.js';
import { closeHttpServer } from '../wire/close-http-server.js';
import { ENVELOPE_HEADER, openEnvelope, type Envelope } from '../wire/envelope.js';
import type { SubgraphEndpoint } from '../wire/subgraph-endpoint.js';
import { continueTrace } from '../wire/tracing.js';
import { createOperationCache } from './operation-cache.js';
import { BodyTooLargeError, readBody } from './read-body.js';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

const requestSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export interface SubgraphServerParts {
  readonly endpoint: SubgraphEndpoint;
  readonly schema: GraphQLSchema;
  readonly envelopeSecret: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is known of a subscription once its envelope has been opened. */
interface Subscribing {
  readonly envelope: Envelope;
  readonly source: string;
  readonly resumeAfter: string | undefined;
  /** Where the trace it belongs to is named. */
  readonly carrier: Readonly<Record<string, unknown>>;
}

export interface RunningSubgraphServer {
  readonly url: string;
  stop(): Promise<void>;
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string | string[]>> = { 'content-type': 'application/json' },
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const resumeAfterIn = (extensions: Record<string, unknown> | null | undefined): string | undefined => {
  const cursor = extensions?.['resumeAfter'];
  return typeof cursor === 'string' ? cursor : undefined;
};

const refusal = (code: string, message: string): string =>
  JSON.stringify({ errors: [{ message, extensions: { code } }] });

/**
 * One subgraph over HTTP, and over WebSocket for subscriptions. It trusts nobody but the holder of the
 * envelope secret: without a valid envelope nothing is parsed, let alone run.
 */
export async function serveSubgraph(
  parts: SubgraphServerParts,
  listen: { readonly host: string; readonly port: number },
): Promise<RunningSubgraphServer> {
  const { endpoint, schema, envelopeSecret, clock, logger } = parts;
  const prepare = createOperationCache(schema);

  const openFrom = (sealed: unknown): Envelope | null => {
    const verdict = openEnvelope(
      typeof sealed === 'string' ? sealed : undefined,
      envelopeSecret,
      clock.now().getTime(),
    );
    if (verdict.ok) return verdict.envelope;
    logger.warn({ reason: verdict.reason }, 'request without a valid envelope refused');
    return null;
  };

  const handleGraphQL = async (body: Buffer, envelope: Envelope, response: ServerResponse): Promise<void> => {
    let json: unknown;
    try {
      json = JSON.parse(body.toString('utf8'));
    } catch {
      return answer(response, 400, refusal('BAD_USER_INPUT', 'The body is not JSON'));
    }
    const request = requestSchema.safeParse(json);
    if (!request.success) {
      return answer(response, 400, refusal('BAD_USER_INPUT', 'The body is not a GraphQL request'));
    }
    const prepared = prepare(request.data.query);
    if ('errors' in prepared) return answer(response, 400, JSON.stringify({ errors: prepared.errors }));
    const result = await endpoint.execute({
      source: request.data.query,
      document: prepared.document,
      operationName: request.data.operationName ?? undefined,
      variables: request.data.variables ?? {},
      envelope,
    });
    answer(response, 200, JSON.stringify(result));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://subgraph');
    const method = request.method ?? 'GET';
    if (method === 'GET' && url.pathname === '/health/live') return answer(response, 200, '{"ok":true}');
    if (method === 'GET' && url.pathname === '/health/ready') {
      const ok = await endpoint.ready();
      return answer(response, ok ? 200 : 503, JSON.stringify({ ok }));
    }
    const envelope = openFrom(request.headers[ENVELOPE_HEADER]);
    if (!envelope) return answer(response, 401, refusal('UNAUTHENTICATED', 'No valid envelope'));
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (method === 'POST' && url.pathname === '/graphql') {
      return continueTrace(request.headers, () => handleGraphQL(body, envelope, response));
    }
    const forwarded = await endpoint.forward(
      { method, path: url.pathname, search: url.search, headers: headersOf(request), body },
      envelope,
    );
    if (!forwarded) return answer(response, 404, refusal('NOT_FOUND', 'No such route'));
    const { cookies = [] } = forwarded;
    const cookieHeaders = cookies.length > 0 ? { 'set-cookie': [...cookies] } : {};
    answer(response, forwarded.status, forwarded.body, { ...forwarded.headers, ...cookieHeaders });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (error instanceof BodyTooLargeError) return answer(response, 413, refusal('BAD_USER_INPUT', error.message));
      logger.error({ err: error }, 'request failed');
      if (!response.headersSent) answer(response, 500, refusal('INTERNAL_SERVER_ERROR', 'Something went wrong'));
      else response.destroy();
    });
  });
  // Longer than the gateway keeps an idle connection, so that it is never the subgraph that closes one in use.
  server.keepAliveTimeout = 75_000;

  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const webSockets = useServer(
    {
      schema,
      onSubscribe: (_socket, _id, payload) => {
        const envelope = openFrom(payload.extensions?.[ENVELOPE_HEADER]);
        if (!envelope) {
          return [new GraphQLError('No valid envelope', { extensions: { code: 'UNAUTHENTICATED' } })];
        }
        const prepared = prepare(payload.query);
        if ('errors' in prepared) return prepared.errors;
        return {
          schema,
          document: prepared.document,
          operationName: payload.operationName ?? null,
          variableValues: payload.variables ?? {},
          contextValue: {
            envelope,
            source: payload.query,
            resumeAfter: resumeAfterIn(payload.extensions),
            carrier: payload.extensions ?? {},
          } satisfies Subscribing,
        };
      },
      execute: () => {
        throw new GraphQLError('Only subscriptions are served over WebSocket');
      },
      subscribe: async (args) => {
        const { envelope, source, resumeAfter, carrier } = args.contextValue as Subscribing;
        return continueTrace(carrier, () =>
          endpoint.subscribe({
            source,
            document: args.document,
            operationName: args.operationName ?? undefined,
            variables: args.variableValues ?? {},
            envelope,
            resumeAfter,
          }),
        ) as Promise<AsyncGenerator<ExecutionResult> | ExecutionResult>;
      },
    },
    sockets,
  );

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${listen.host}:${port}`,
    async stop() {
      await webSockets.dispose();
      setTimeout(() => server.closeAllConnections(), 5_000).unref();
      await closeHttpServer(server);
    },
  };
}
