import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execute, GraphQLError, parse, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { ENVELOPE_HEADER, openEnvelope, type Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { ACME, GLOBEX } from '../support/sample-endpoints.js';
import { sampleSchemas } from '../support/sample-graph.js';
import { createBoundedQueue } from './bounded-queue.js';
import { createHttpEndpoint } from './http-endpoint.js';

const SECRET = 'a secret that gateway and subgraphs share';
const envelope: Envelope = {
  tenant: ACME,
  principal: { kind: 'anonymous' },
  origin: { requestId: 'request-1', ip: null, userAgent: null },
};

let server: Server;
let sockets: WebSocketServer;
let endpoint: SubgraphEndpoint;
let resets: number;
let posts: number;

const schema = sampleSchemas.booking;
const opened = (sealed: unknown) => openEnvelope(typeof sealed === 'string' ? sealed : undefined, SECRET, Date.now());

async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (message.url === '/health/ready') {
    response.writeHead(200).end('{}');
    return;
  }
  const verdict = opened(message.headers[ENVELOPE_HEADER]);
  if (!verdict.ok) {
    response.writeHead(401).end('{}');
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  if (message.url !== '/graphql') {
    response.writeHead(202, { 'x-path': message.url ?? '' }).end(Buffer.concat(chunks));
    return;
  }
  posts += 1;
  if (resets > 0) {
    resets -= 1;
    message.socket.destroy();
    return;
  }
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables: Record<string, unknown> };
  const result = await execute({ schema, document: parse(query), variableValues: variables });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

beforeEach(async () => {
  resets = 0;
  posts = 0;
  server = createServer((message, response) => void handle(message, response));
  sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      schema,
      onSubscribe: (_context, _id, payload) =>
        opened(payload.extensions?.[ENVELOPE_HEADER]).ok
          ? undefined
          : [new GraphQLError('no envelope', { extensions: { code: 'UNAUTHENTICATED' } })],
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = endpointWith(SECRET);
});

afterEach(async () => {
  await endpoint.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const endpointWith = (envelopeSecret: string): SubgraphEndpoint =>
  createHttpEndpoint({ name: 'booking', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, envelopeSecret });

const request = (source: string, variables: Record<string, unknown> = {}): SubgraphRequest => ({
  source,
  document: parse(source),
  variables,
  envelope,
});

async function follow(asked: SubgraphRequest, through = endpoint): Promise<ExecutionResult[]> {
  const stream = await through.subscribe(asked);
  if (!(Symbol.asyncIterator in stream)) return [stream];
  const events: ExecutionResult[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('a subgraph over HTTP', () => {
  test('answers an operation that comes with a sealed envelope', async () => {
    const result = await endpoint.execute(request('query($n: Int!) { bookings(first: $n) { id } }', { n: 1 }));
    expect(result).toEqual({ data: { bookings: [{ id: 'b1' }] } });
  });

  test('is not reached with another secret', async () => {
    const stranger = endpointWith('some other secret than the one they share');
    await expect(stranger.execute(request('{ places { id } }'))).rejects.toThrow('status 401');
    expect(await follow(request('subscription { pulse { id } }'), stranger)).toMatchObject([
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    await stranger.close();
  });

  test('is asked a query once more when the connection breaks, and no more than that', async () => {
    resets = 1;
    await expect(endpoint.execute(request('{ places { id } }'))).resolves.toHaveProperty('data.places');
    expect(posts).toBe(2);
    resets = 2;
    await expect(endpoint.execute(request('{ places { id } }'))).rejects.toBeDefined();
    expect(posts).toBe(4);
  });

  test('is asked once what several ask at the same time, if it is the same person of the same company', async () => {
    const places = { ...request('{ places { id } }'), sharesReads: true };
    const member = (userId: string): Envelope['principal'] =>
      ({ kind: 'member', userId, membershipId: 'm', sessionId: 's', roles: [], permissions: [], assurance: { level: 'aal1', at: 0 } }) as unknown as Envelope['principal'];
    const [ann, ben] = [member('ann'), member('ben')];
    const by = (principal: Envelope['principal'], tenant = ACME): SubgraphRequest => ({ ...places, envelope: { ...envelope, tenant, principal } });
    const answers = await Promise.all([by(ann), by(ann), by(ann)].map((asked) => endpoint.execute(asked)));
    expect(posts).toBe(1);
    expect(answers[0]).toHaveProperty('data.places');
    expect(answers[0]).not.toBe(answers[1]);

    posts = 0;
    await Promise.all([by(ann), by(ben), by(ann, GLOBEX)].map((asked) => endpoint.execute(asked)));
    expect(posts).toBe(3);

    posts = 0;
    await Promise.all([by(ann), { ...by(ann), sharesReads: false }].map((asked) => endpoint.execute(asked)));
    expect(posts).toBe(2);
  });

  test('is never sent a mutation twice', async () => {
    resets = 1;
    await expect(endpoint.execute(request('mutation { book(productId: "p1") { id } }'))).rejects.toBeDefined();
    expect(posts).toBe(1);
  });

  test('is given up when the signal says so', async () => {
    await expect(
      endpoint.execute({ ...request('{ places { id } }'), signal: AbortSignal.abort(new Error('too late')) }),
    ).rejects.toThrow('too late');
  });

  test('streams the events of a subscription over WebSocket', async () => {
    expect(await follow(request('subscription { pulse(count: 2) { id } }'))).toEqual([
      { data: { pulse: { id: 'b1' } } },
      { data: { pulse: { id: 'b2' } } },
    ]);
  });

  test('ends a subscription with an error when the connection breaks', async () => {
    const stream = await endpoint.subscribe(request('subscription { bookingChanged { id } }'));
    if (!(Symbol.asyncIterator in stream)) throw new Error('not a stream');
    await stream.next();
    for (const socket of sockets.clients) socket.terminate();
    await expect(stream.next()).rejects.toBeDefined();
    await expect(stream.next()).resolves.toMatchObject({ done: true });
  });

  test('is handed other requests byte for byte, on the same path', async () => {
    const response = await endpoint.forward(
      { method: 'POST', path: '/webhooks/stripe', search: '?a=1', headers: { 'stripe-signature': 's' }, body: Buffer.from('{"raw": 1}') },
      envelope,
    );
    expect(response).toMatchObject({ status: 202, body: '{"raw": 1}', headers: { 'x-path': '/webhooks/stripe?a=1' } });
  });

  test('says whether it is ready, and is not when it is gone', async () => {
    await expect(endpoint.ready()).resolves.toBe(true);
    const gone = createHttpEndpoint({ name: 'ops', url: 'http://127.0.0.1:9', envelopeSecret: SECRET });
    await expect(gone.ready()).resolves.toBe(false);
    await gone.close();
  });
});

describe('a bounded queue', () => {
  test('takes no more than its limit, and gives what it took before it ends', async () => {
    const queue = createBoundedQueue<number>(2, () => undefined);
    expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
    queue.end(new Error('too slow'));
    await expect(queue.stream.next()).resolves.toEqual({ done: false, value: 1 });
    await expect(queue.stream.next()).resolves.toEqual({ done: false, value: 2 });
    await expect(queue.stream.next()).rejects.toThrow('too slow');
    await expect(queue.stream.next()).resolves.toMatchObject({ done: true });
  });

  test('tells its source when the reader leaves, even one that is waiting', async () => {
    let left = 0;
    const queue = createBoundedQueue<number>(2, () => void (left += 1));
    const waiting = queue.stream.next();
    await queue.stream.return();
    await expect(waiting).resolves.toMatchObject({ done: true });
    await queue.stream.return();
    expect(left).toBe(1);
    expect(queue.push(1)).toBe(false);
  });
});
