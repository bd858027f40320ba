import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { WebSocket } from 'ws';
import { requestWithHost, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';

let gateway: SampleGateway;

beforeAll(async () => {
  gateway = await startSampleGateway();
});
afterAll(() => gateway.gateway.stop());

/** Whatever a client asks, it is not the gateway that fails. */
afterEach(() => {
  expect(gateway.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

interface Answered extends ExecutionResult {
  readonly status: number;
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function send(body: string, headers: Record<string, string> = JSON_TYPE): Promise<Answered> {
  const { status, body: text } = await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', headers, body);
  return { status, ...(JSON.parse(text) as ExecutionResult) };
}

const ask = (query: string, variables: object = {}): Promise<Answered> => send(JSON.stringify({ query, variables }));

const codesOf = ({ errors = [] }: ExecutionResult): readonly unknown[] => errors.map(({ extensions }) => extensions['code']);

/** What one operation over WebSocket is answered with first. */
async function follow(payload: object): Promise<{ readonly type: string; readonly payload: readonly unknown[] }> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql?tenant=acme`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  const [message] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  return JSON.parse(message.toString('utf8')) as { readonly type: string; readonly payload: readonly unknown[] };
}

describe('names that every object has', () => {
  test('hide no refusal when a variable has them', async () => {
    const answer = await ask('query ($constructor: Boolean = true) { bookings(first: 1) { id notes @include(if: $constructor) } }');
    expect(answer).toMatchObject({ data: { bookings: [{ id: 'b1', notes: null }] }, errors: [{ path: ['bookings', 'notes'] }] });
  });

  test('are variables like any other, with their defaults and without', async () => {
    const source = 'query ($toString: Int! = 2, $valueOf: String, $hasOwnProperty: Boolean = false) { bookings(first: $toString) { id @skip(if: $hasOwnProperty) } notices(of: $valueOf) { text } }';
    const { data, errors } = await ask(source);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ bookings: [{ id: 'b1' }, { id: 'b2' }], notices: [{ text: expect.stringMatching(/of all$/) }] });
    expect((await ask(source, { valueOf: 'x' })).data).toMatchObject({ notices: [{ text: expect.stringMatching(/of x$/) }] });
  });

  test('are aliases, fragments and operations like any other', async () => {
    const source = 'query toString { __proto__: users { constructor: id ...valueOf } } query constructor { users { id } } fragment valueOf on User { __proto__: name }';
    const text = JSON.stringify((await send(JSON.stringify({ query: source, operationName: 'toString' }))).data);
    expect(text).toMatch(/^\{"__proto__":\[\{"constructor":"u1","__proto__":"User u1"\}/);
    expect((await send(JSON.stringify({ query: source, operationName: 'valueOf' }))).status).toBe(400);
  });

  test('but for the one under which no value can be kept: a variable of it is refused, however it is asked', async () => {
    const query = 'query ($__proto__: Int!) { bookings(first: $__proto__) { id } }';
    const body = `{"query":${JSON.stringify(query)},"variables":{"__proto__":2}}`;
    for (const headers of [JSON_TYPE, { ...JSON_TYPE, accept: 'text/event-stream' }]) {
      const { status, errors } = await send(body, headers);
      expect({ status, errors }).toMatchObject({ status: 400, errors: [{ message: 'A variable cannot be called __proto__' }] });
    }
    expect(await follow({ query })).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('what is nested without end', () => {
  const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const query = 'query ($a: String) { notices(of: $a) { text } }';
  const body = (levels: number): string => `{"query":"${query}","variables":${nested(levels)}}`;

  test('is refused as a variable, used or not, before anything is made of it', async () => {
    for (const text of [body(200_000), body(65), body(200_000).replace(query, '{ users { id } }')]) {
      const answer = await send(text);
      expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 400, codes: ['OPERATION_TOO_COMPLEX'] });
    }
    expect(codesOf(await send(body(64)))).toEqual(['BAD_USER_INPUT']);
  });

  test('is refused in the address and over WebSocket, too', async () => {
    const search = new URLSearchParams({ query, variables: nested(2_000) });
    const { status, body: text } = await requestWithHost(`${gateway.url}/graphql?${search.toString()}`, 'acme.spine.test', {
      'apollo-require-preflight': '1',
    });
    expect({ status, codes: codesOf(JSON.parse(text) as ExecutionResult) }).toEqual({ status: 400, codes: ['OPERATION_TOO_COMPLEX'] });
    const { payload } = await follow({ query, variables: JSON.parse(nested(500)) as object });
    expect(payload).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
  });

  test('is refused as a literal, as the type of a variable and as an extension that means something', async () => {
    const literal = `{ notices(of: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { text } }`;
    const type = `query ($a: ${'['.repeat(1_900)}Int${']'.repeat(1_900)}) { notices(of: $a) { text } }`;
    for (const source of [literal, type]) expect(codesOf(await ask(source))).toContain('GRAPHQL_VALIDATION_FAILED');
    const extension = `{"query":"{ users { id } }","extensions":{"persistedQuery":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`;
    expect(codesOf(await send(extension))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a subscription', () => {
  test('that is asked without a stream to answer in is told where it can be', async () => {
    const answer = await ask('subscription { pulse { id } }');
    expect(answer).toMatchObject({ status: 400, errors: [{ message: expect.stringMatching(/WebSocket.*event-stream/) }] });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['its only field', 'subscription ($a: Boolean!) { pulse @skip(if: $a) { id } }'],
    ['a fragment around it', 'subscription ($a: Boolean!) { ... @include(if: $a) { pulse { id } } }'],
  ])('of which a variable decides whether there is %s is not valid', async (_what, query) => {
    expect(await follow({ query, variables: { a: false } })).toMatchObject({ type: 'error' });
    const { status } = await send(JSON.stringify({ query, variables: { a: false } }), { ...JSON_TYPE, accept: 'text/event-stream' });
    expect(status).toBe(400);
    expect((await ask(query, { a: false })).status).toBe(400);
  });
});

describe('an operation that is not said to be which of several', () => {
  const query = 'subscription a { pulse { id } } subscription b { pulse { total } }';

  test('is not guessed', async () => {
    for (const operationName of [undefined, '', 'c']) {
      expect(await follow({ query, operationName })).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      const answer = await send(JSON.stringify({ query, operationName }), { ...JSON_TYPE, accept: 'text/event-stream' });
      expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 400, codes: ['BAD_USER_INPUT'] });
    }
  });

  test('is the only one there is, when it is named by nothing', async () => {
    expect(await follow({ query: 'query only { users { id } }', operationName: '' })).toMatchObject({ type: 'next' });
  });
});

test('variables that are no object are refused by streams as elsewhere', async () => {
  for (const variables of [[1], 'text', 1]) {
    const body = JSON.stringify({ query: 'query ($n: Int) { bookings(first: 1) { id } pulse: notices { text } x: user(id: $n) { id } }', variables });
    expect((await send(body, { ...JSON_TYPE, accept: 'text/event-stream' })).status).toBe(400);
    expect((await send(body)).status).toBe(400);
  }
});
