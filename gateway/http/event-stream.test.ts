import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import type { GatewayConfig } from '../gateway-config.js';
import { ACME, createSampleEndpoints, GLOBEX } from '../support/sample-endpoints.js';
import { SAMPLE_CONFIG, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken } from '../support/sample-tokens.js';

const PULSE = 'subscription ($n: Int) { pulse(count: $n) { id total customer { name } } }';
const CHANGES = 'subscription { bookingChanged { id } }';

let running: SampleGateway | null = null;
const requests: ClientRequest[] = [];

afterEach(async () => {
  for (const one of requests.splice(0)) one.destroy();
  await running?.gateway.stop();
  running = null;
});

const start = async (config: Partial<GatewayConfig> = {}, sample = createSampleEndpoints()): Promise<SampleGateway> =>
  (running = await startSampleGateway(config, sample));

interface Message {
  readonly id?: string;
  readonly event: string;
  readonly data: ExecutionResult | null;
}

/** Messages of an event stream as an `EventSource` reads them: comments and `retry` are no messages. */
async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message, void, void> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(':')[0] ?? '', line.replace(/^[^:]*: ?/, '')]));
      const event = fields.get('event');
      if (event === undefined) continue;
      const id = fields.get('id');
      const data = fields.get('data') ?? '';
      yield { ...(id === undefined ? {} : { id }), event, data: data === '' ? null : (JSON.parse(data) as ExecutionResult) };
    }
  }
}

interface Asking {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly token?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly method?: 'GET' | 'POST';
}

async function open(gateway: SampleGateway, { query, variables, token, host, headers, method = 'POST' }: Asking): Promise<IncomingMessage> {
  const search = new URLSearchParams({ query, ...(variables ? { variables: JSON.stringify(variables) } : {}) });
  const outgoing = request(`${gateway.url}/graphql${method === 'GET' ? `?${search.toString()}` : ''}`, {
    method,
    headers: {
      host: host ?? 'acme.spine.test',
      accept: 'text/event-stream',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
  });
  requests.push(outgoing);
  outgoing.on('error', () => undefined);
  outgoing.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function all(response: IncomingMessage): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for await (const message of messagesOf(response)) messages.push(message);
  return messages;
}

const codeOf = async (response: IncomingMessage): Promise<unknown> => {
  const chunks: string[] = [];
  for await (const chunk of response) chunks.push(String(chunk));
  const { errors } = JSON.parse(chunks.join('')) as ExecutionResult;
  return errors?.[0]?.extensions?.['code'];
};

describe('a subscription without a WebSocket', () => {
  test.each(['GET', 'POST'] as const)('comes as server-sent events, by %s', async (method) => {
    const response = await open(await start(), { query: PULSE, variables: { n: 2 }, method });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    const [first, second, end, ...rest] = await all(response);
    expect(first).toMatchObject({ event: 'next', data: { data: { pulse: { id: 'b1', total: 100, customer: { name: 'User u1' } } } } });
    expect(second).toMatchObject({ event: 'next', data: { data: { pulse: { id: 'b2' } } } });
    expect([end, ...rest]).toEqual([{ event: 'complete', data: null }]);
  });

  test('is pruned and refused as anywhere else', async () => {
    const gateway = await start();
    const refused = await all(await open(gateway, { query: CHANGES }));
    expect(refused[0]?.data).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(gateway.calls).toHaveLength(0);
    const pruned = await all(await open(gateway, { query: 'subscription { pulse(count: 1) { id notes } }' }));
    expect(pruned[0]?.data).toMatchObject({ data: { pulse: { id: 'b1', notes: null } }, errors: [{ path: ['pulse', 'notes'] }] });
    expect(gateway.calls.map(({ source }) => source).join()).not.toContain('notes');
  });

  test('tells the cursor of each event, and resumes behind the one it is given', async () => {
    const sample = createSampleEndpoints();
    const { booking } = sample.endpoints;
    const inner = booking.subscribe.bind(booking);
    const resumed: unknown[] = [];
    booking.subscribe = async (asked, ...rest) => {
      resumed.push(asked.resumeAfter);
      const stream = await inner(asked, ...rest);
      if (!(Symbol.asyncIterator in stream)) return stream;
      const next = stream.next.bind(stream);
      stream.next = async () => {
        const { done, value } = await next();
        return done ? { done, value: undefined } : { done: false, value: { ...value, extensions: { cursor: 'c3' } } };
      };
      return stream;
    };
    const response = await open(await start({}, sample), { query: PULSE, headers: { 'last-event-id': 'c2' } });
    const { value } = await messagesOf(response).next();
    expect(value).toMatchObject({ id: 'c3', event: 'next', data: { data: { pulse: { id: 'b1' } } } });
    expect(resumed).toEqual(['c2']);
  });

  test('ends with a reason when the token expires', async () => {
    const token = await memberToken(ACME, [], { expiresIn: 2 });
    const messages = await all(await open(await start(), { query: CHANGES, token }));
    expect(messages.map(({ data }) => data)).toMatchObject([
      { data: { bookingChanged: { id: 'b1' } } },
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      null,
    ]);
  });

  test('is not opened with a bad token, another company’s, or from a page that may not read it', async () => {
    const gateway = await start();
    expect(await codeOf(await open(gateway, { query: CHANGES, token: 'not.a.token' }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(await open(gateway, { query: CHANGES, token: await memberToken(GLOBEX, []) }))).toBe('TENANT_MISMATCH');
    const headers = { origin: 'https://evil.example' };
    const foreign = await open(gateway, { query: PULSE, headers });
    expect(foreign.statusCode).toBe(403);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('changes nothing by GET', async () => {
    const gateway = await start();
    const token = await memberToken(ACME, ['appointments:create']);
    const query = 'mutation { book(productId: "p1") { id } }';
    expect(await codeOf(await open(gateway, { query, token, method: 'GET' }))).toBe('BAD_USER_INPUT');
    expect(gateway.calls).toHaveLength(0);
  });

  test('says what is wrong before a stream begins', async () => {
    const gateway = await start();
    const invalid = await open(gateway, { query: 'subscription { puls { id } }' });
    expect(invalid.statusCode).toBe(400);
    expect(await codeOf(invalid)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf(await open(gateway, { query: '{' }))).toBe('GRAPHQL_PARSE_FAILED');
  });

  test('leaves nothing behind when the client goes', async () => {
    const sample = createSampleEndpoints();
    const inner = sample.endpoints.booking.subscribe.bind(sample.endpoints.booking);
    const left = new Promise<void>((resolve) => {
      sample.endpoints.booking.subscribe = async (...asked) => {
        const stream = await inner(...asked);
        if (!(Symbol.asyncIterator in stream)) return stream;
        const end = stream.return.bind(stream);
        stream.return = async (value) => {
          resolve();
          return end(value);
        };
        return stream;
      };
    });
    const response = await open(await start({}, sample), { query: CHANGES, token: await memberToken(ACME, []) });
    await messagesOf(response).next();
    response.destroy();
    await left;
  });

  test('breaks off when the gateway stops, without the word that it is complete', async () => {
    const gateway = await start();
    const response = await open(gateway, { query: CHANGES, token: await memberToken(ACME, []) });
    const messages = messagesOf(response);
    expect((await messages.next()).value).toMatchObject({ event: 'next' });
    await gateway.gateway.stop();
    expect(await messages.next()).toMatchObject({ done: true });
  });
});

describe('connections that stay open', () => {
  const live = (limits: Partial<GatewayConfig['live']>): Partial<GatewayConfig> => ({ live: { ...SAMPLE_CONFIG.live, ...limits } });

  test('are so many of one address and no more, until one is given back', async () => {
    const gateway = await start(live({ perAddress: 2 }));
    const token = await memberToken(ACME, []);
    const [one] = [await open(gateway, { query: CHANGES, token }), await open(gateway, { query: CHANGES, token })];
    const third = await open(gateway, { query: CHANGES, token });
    expect(third.statusCode).toBe(429);
    expect(third.headers['retry-after']).toBe('10');
    one.destroy();
    for (let tries = 0; ; tries += 1) {
      const next = await open(gateway, { query: CHANGES, token });
      if (next.statusCode === 200) break;
      next.resume();
      expect(tries).toBeLessThan(200);
    }
  });

  test('of one company take none away from another', async () => {
    const gateway = await start(live({ perTenant: 1 }));
    const token = await memberToken(ACME, []);
    expect((await open(gateway, { query: CHANGES, token })).statusCode).toBe(200);
    expect((await open(gateway, { query: CHANGES, token })).statusCode).toBe(429);
    const globex = { query: CHANGES, token: await memberToken(GLOBEX, []), host: 'globex.spine.test' };
    expect((await open(gateway, globex)).statusCode).toBe(200);
  });
});
