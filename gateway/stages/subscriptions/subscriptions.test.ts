import { afterEach, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
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
