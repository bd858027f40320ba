import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphRequest } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { createResumedStream, type OpenSource } from '../../endpoints/resumed-stream.js';
import { createPolicyRegistry } from '../authorization/policies.js';
import { createSampleEndpoints, GLOBEX, ACME } from '../../support/sample-endpoints.js';
import { startSampleGateway, type SampleGateway } from '../../support/sample-gateway.js';
import { memberToken } from '../../support/sample-tokens.js';

let running: SampleGateway | null = null;
let clients: Client[] = [];

afterEach(async () => {
  for (const client of clients) await client.dispose();
  clients = [];
  await running?.gateway.stop();
  running = null;
});

interface Closed {
  readonly code: number;
  readonly reason: string;
}

const connect = (
  gateway: SampleGateway,
  options: { readonly token?: string; readonly host?: string } = {},
): { readonly client: Client; readonly closed: Promise<Closed> } => {
  const host = options.host ?? 'acme.spine.test';
  class WithHost extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { host } });
    }
  }
  let close: (event: Closed) => void = () => undefined;
  const closed = new Promise<Closed>((resolve) => {
    close = resolve;
  });
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WithHost,
    retryAttempts: 0,
    lazy: true,
    connectionParams: options.token ? { authorization: `Bearer ${options.token}` } : {},
    on: { closed: (event) => close(event as Closed) },
  });
  clients.push(client);
  return { client, closed };
};

async function all(results: AsyncIterable<unknown>): Promise<ExecutionResult[]> {
  const events: ExecutionResult[] = [];
  for await (const event of results) events.push(event as ExecutionResult);
  return events;
}

const start = async (...given: Parameters<typeof startSampleGateway>): Promise<SampleGateway> =>
  (running = await startSampleGateway(...given));

describe('a subscription', () => {
  test('joins other subgraphs to every event', async () => {
    const { client } = connect(await start());
    const events = await all(
      client.iterate({
        query: 'subscription($n: Int) { pulse(count: $n) { id total customer { name } product { title shipping } } }',
        variables: { n: 2 },
      }),
    );
    expect(events.map(({ data }) => data)).toEqual([
      { pulse: { id: 'b1', total: 100, customer: { name: 'User u1' }, product: { title: 'Product p1', shipping: 'shipping for 2' } } },
      { pulse: { id: 'b2', total: null, customer: { name: 'User u2' }, product: { title: 'Product p2', shipping: 'shipping for 3' } } },
    ]);
  });

  test('is refused to nobody, and never reaches the subgraph', async () => {
    const gateway = await start();
    const { client } = connect(gateway);
    const events = await all(client.iterate({ query: 'subscription { bookingChanged { id } }' }));
    expect(events).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(gateway.calls).toHaveLength(0);
  });

  test('is pruned like a query', async () => {
    const gateway = await start();
    const { client } = connect(gateway);
    const events = await all(client.iterate({ query: 'subscription { pulse(count: 1) { id notes customer { email } } }' }));
    expect(events[0]?.data).toEqual({ pulse: { id: 'b1', notes: null, customer: { email: null } } });
    expect(events[0]?.errors).toHaveLength(2);
    expect(gateway.calls.map(({ source }) => source).join()).not.toMatch(/notes|email/);
  });

  test('ends with a reason when the token expires, and the connection with it', async () => {
    const gateway = await start();
    const { client, closed } = connect(gateway, { token: await memberToken(ACME, [], { expiresIn: 2 }) });
    const events = await all(client.iterate({ query: 'subscription { bookingChanged { id } }' }));
    expect(events).toMatchObject([
      { data: { bookingChanged: { id: 'b1' } } },
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    await expect(closed).resolves.toMatchObject({ code: 4403 });
  });

  test('ends when an event finds that less may be seen than at the start', async () => {
    let asked = 0;
    // Asked at the start and for the first event; from the second event on it is another answer.
    const policies = createPolicyRegistry({ vip: () => (asked += 1) <= 2 });
    const gateway = await start({}, createSampleEndpoints(), { policies });
    const { client } = connect(gateway);
    const events = await all(client.iterate({ query: 'subscription { pulse(count: 3) { customer { score } } }' }));
    expect(events).toMatchObject([
      { data: { pulse: { customer: { score: 0 } } } },
      { errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] },
    ]);
  });

  test('ends its source when the client leaves, although the source is waiting', async () => {
    let left: () => void = () => undefined;
    const leftSource = new Promise<void>((resolve) => {
      left = resolve;
    });
    const sample = createSampleEndpoints();
    const inner = createSampleEndpoints().endpoints.booking;
    sample.endpoints.booking.subscribe = async (request) => {
      const stream = await inner.subscribe(request);
      if (!(Symbol.asyncIterator in stream)) return stream;
      const end = stream.return.bind(stream);
      stream.return = async (value) => {
        left();
        return end(value);
      };
      return stream;
    };
    const { client } = connect(await start({}, sample), { token: await memberToken(ACME, []) });
    for await (const event of client.iterate({ query: 'subscription { bookingChanged { id } }' })) {
      expect(event.data).toEqual({ bookingChanged: { id: 'b1' } });
      break;
    }
    await leftSource;
  });

  test('says when its stream breaks', async () => {
    const sample = createSampleEndpoints({ booking: { subscribe: async () => Promise.reject(new Error('ECONNREFUSED')) } });
    const { client } = connect(await start({}, sample));
    const events = await all(client.iterate({ query: 'subscription { pulse { id } }' }));
    expect(events).toMatchObject([{ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }]);
  });
});

describe('a client that does not read for a while', () => {
  const EVENTS = 1_000;
  const QUERY = 'subscription { pulse { id } }';
  const PADDING = 'x'.repeat(32_768);

  /** A subgraph that tells all its events at once, and those behind a cursor to whoever has read so far. */
  function createTorrent() {
    let opened = 0;
    let taken = 0;
    const open: OpenSource = (sink, after) => {
      opened += 1;
      for (let n = after === undefined ? 0 : Number(after) + 1; n < EVENTS; n += 1) {
        sink.next({ data: { pulse: { __typename: 'Booking', id: `${n} ${PADDING}` } }, extensions: { cursor: String(n) } });
      }
      sink.end();
      return () => undefined;
    };
    const subscribe = async ({ resumeAfter }: SubgraphRequest): Promise<AsyncGenerator<ExecutionResult, void, void>> => {
      const stream = createResumedStream(open, 50, resumeAfter);
      return { ...stream, next: () => stream.next().finally(() => (taken += 1)), [Symbol.asyncIterator]: () => stream };
    };
    return { sample: createSampleEndpoints({ booking: { subscribe } }), opened: () => opened, taken: () => taken };
  }

  const numberIn = (text: string): number => Number(/"id":"(\d+) x/.exec(text)?.[1]);

  interface Paused {
    /** Everything from the first event on. */
    read(): Promise<readonly number[]>;
  }

  const bySocket = async ({ url }: SampleGateway): Promise<Paused> => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql?tenant=acme`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    const numbers: number[] = [];
    const complete = new Promise<void>((resolve) => {
      socket.on('message', (message: Buffer) => {
        const text = message.toString('utf8');
        if (text.includes('"type":"next"')) numbers.push(numberIn(text));
        if (text.includes('"type":"complete"')) resolve();
      });
    });
    socket.pause();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
    return {
      async read() {
        socket.resume();
        await complete;
        socket.terminate();
        return numbers;
      },
    };
  };

  const byEvents = async ({ url }: SampleGateway): Promise<Paused> => {
    const outgoing = request(`${url}/graphql?${new URLSearchParams({ query: QUERY, tenant: 'acme' }).toString()}`, {
      headers: { accept: 'text/event-stream' },
    });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return {
      async read() {
        const numbers: number[] = [];
        for await (const line of createInterface({ input: response })) {
          if (line.startsWith('data: {')) numbers.push(numberIn(line));
        }
        return numbers;
      },
    };
  };

  test.each([
    ['a WebSocket', bySocket],
    ['an event stream', byEvents],
  ])('costs a bounded amount of memory over %s, and misses nothing', async (_way, open) => {
    const torrent = createTorrent();
    const paused = await open(await start({}, torrent.sample));
    for (let before = -1; before !== torrent.taken() || before === 0; ) {
      before = torrent.taken();
      await delay(300);
    }
    // What the system's buffers hold, which is some megabytes of the thirty.
    expect(torrent.taken()).toBeLessThan(EVENTS * 0.7);
    expect(await paused.read()).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
    expect(torrent.opened()).toBeGreaterThan(1);
  });
});

describe('a connection', () => {
  test('answers queries and mutations through the same pipeline', async () => {
    const gateway = await start();
    const { client } = connect(gateway, { token: await memberToken(ACME, ['appointments:create']) });
    const answers = await all(client.iterate({ query: 'mutation { book(productId: "p1") { id } }' }));
    expect(answers).toMatchObject([{ data: { book: { id: 'b1' } }, extensions: { cost: { requested: 11 } } }]);
    expect(await all(client.iterate({ query: '{ user(id: "u1") { email } }' }))).toMatchObject([
      { data: { user: { email: null } }, errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] },
    ]);
    expect(gateway.calls[0]?.envelope).toMatchObject({ tenant: { slug: 'acme' }, principal: { userId: 'u1' } });
  });

  test('is refused with a bad token, and with a token of another tenant', async () => {
    const gateway = await start();
    for (const [token, code] of [
      ['not.a.token', 4401],
      [await memberToken(GLOBEX, []), 4403],
    ] as const) {
      const { client, closed } = connect(gateway, { token });
      await expect(all(client.iterate({ query: '{ users { id } }' }))).rejects.toBeDefined();
      await expect(closed).resolves.toMatchObject({ code });
    }
  });

  test('refuses what is too large or does not fit the schema', async () => {
    const { client } = connect(await start({ introspection: false }));
    const deep = `{ ${'users { id } '.repeat(30)} }`;
    await expect(all(client.iterate({ query: deep }))).rejects.toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
    await expect(all(client.iterate({ query: 'subscription { puls { id } }' }))).rejects.toMatchObject([
      { message: 'Cannot query field "puls" on type "Subscription".', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await expect(all(client.iterate({ query: '{ __schema { types { name } } }' }))).rejects.toBeDefined();
  });

  test('is closed when the gateway stops', async () => {
    const gateway = await start();
    const { client, closed } = connect(gateway, { token: await memberToken(ACME, []) });
    const events = client.iterate({ query: 'subscription { bookingChanged { id } }' });
    await events.next();
    await gateway.gateway.stop();
    await expect(closed).resolves.toMatchObject({ code: 1001 });
  });
});
