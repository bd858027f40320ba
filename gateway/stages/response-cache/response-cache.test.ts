import { afterEach, describe, expect, test } from '@jest/globals';
import { startTestRedis } from '../../../tests/support/redis.js';
import { ACME } from '../../support/sample-endpoints.js';
import { startSampleGateway, type AskOptions, type SampleGateway } from '../../support/sample-gateway.js';
import { memberToken } from '../../support/sample-tokens.js';
import { createMemoryAnswerStore } from './answer-store.js';

const NOTICES = '{ notices { text } }';

describe('answers that may be kept', () => {
  const open: SampleGateway[] = [];
  let now = Date.now();
  const start = async (redisUrl?: string): Promise<SampleGateway> => {
    const gateway = await startSampleGateway({ redisUrl }, undefined, { now: () => now });
    open.push(gateway);
    return gateway;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ gateway }) => gateway.stop()));
  });

  const textOf = async (at: SampleGateway, query = NOTICES, options: AskOptions = {}): Promise<string> => {
    const { json } = await at.ask(query, options);
    const [list] = Object.values(json.data ?? {}) as { text: string }[][];
    return list?.[0]?.text ?? JSON.stringify(json.errors);
  };
  const isKept = async (at: SampleGateway, query: string, options: AskOptions = {}): Promise<boolean> =>
    (await textOf(at, query, options)) === (await textOf(at, query, options));

  test('are fetched once until they are too old, and say how old they are', async () => {
    const at = await start();
    const first = await at.ask(NOTICES);
    expect(first.headers.get('cache-control')).toBe('public, max-age=60');
    expect(first.headers.get('age')).toBe('0');
    expect(first.headers.get('vary')).toMatch(/authorization/);
    now += 59_000;
    const second = await at.ask(NOTICES);
    expect(second.json.data).toEqual(first.json.data);
    expect(second.headers.get('age')).toBe('59');
    now += 1_000;
    expect((await at.ask(NOTICES)).json.data).not.toEqual(first.json.data);
    expect(at.calls.filter(({ subgraph }) => subgraph === 'commerce')).toHaveLength(2);
  });

  test('are one company’s and never another’s', async () => {
    const at = await start();
    const acme = await textOf(at);
    expect(await textOf(at, NOTICES, { host: 'globex.spine.test' })).not.toBe(acme);
    expect(await textOf(at)).toBe(acme);
  });

  test('are one person’s where somebody is signed in, and hers alone', async () => {
    const at = await start();
    const [one, other] = await Promise.all([memberToken(ACME, []), memberToken(ACME, [], { claims: { sub: 'u2' } })]);
    const hers = await textOf(at, NOTICES, { token: one });
    expect(await textOf(at, NOTICES, { token: one })).toBe(hers);
    expect(await textOf(at, NOTICES, { token: other })).not.toBe(hers);
    expect(await textOf(at)).not.toBe(hers);
    const { headers } = await at.ask(NOTICES, { token: one });
    expect(headers.get('cache-control')).toBe('private, max-age=60');
  });

  test('are never kept from whoever can change things', async () => {
    const at = await start();
    const token = await memberToken(ACME, ['settings:update']);
    expect(await isKept(at, NOTICES, { token })).toBe(false);
  });

  test('are told apart by variables, by operation and by what is asked', async () => {
    const at = await start();
    const query = 'query A($of: String) { notices(of: $of) { text } } query B { notices { text } }';
    const ask = (operationName: string, variables: Record<string, unknown> = {}) =>
      at.ask(query, { variables, operationName }).then(({ json }) => JSON.stringify(json.data));
    const answers = [await ask('A', { of: 'x' }), await ask('A', { of: 'y' }), await ask('A'), await ask('B')];
    expect(new Set(answers).size).toBe(4);
    expect(await ask('A', { of: 'x' })).toBe(answers[0]);
  });

  test('are told apart by whether a variable that has a default is null or not given', async () => {
    const at = await start();
    const ask = async (variables: Record<string, unknown>): Promise<string> =>
      JSON.stringify((await at.ask('query ($of: String = "some", $unused: String) { notices(of: $of) { text } more: notices(of: $unused) { text } }', { variables })).json.data);
    expect(await ask({})).toMatch(/ of some"/);
    expect(await ask({ of: null })).not.toMatch(/ of some"/);
    expect(await ask({})).toMatch(/ of some"/);
  });

  test.each([
    ['no longer than the shortest of their fields', '{ notices { text until } }', 5],
    ['as long as what they stand in', '{ notices { text } __typename }', 60],
  ])('are kept %s', async (_how, query, maxAge) => {
    const at = await start();
    const { headers } = await at.ask(query);
    expect(headers.get('cache-control')).toBe(`public, max-age=${maxAge}`);
  });

  test.each([
    ['a root field says nothing', '{ news { text } }'],
    ['an object in them says nothing', '{ notices { text product { id } } }'],
    ['one of two roots says nothing', '{ notices { text } news { text } }'],
    ['a fragment holds such a field', '{ notices { ...N } } fragment N on Notice { text product { id } }'],
    ['a part of them failed', '{ notices { text broken } }'],
    ['a part of them was refused', '{ notices { text staffOnly } }'],
    ['a policy decides about them', '{ notices { text judged } }'],
  ])('are not kept when %s', async (_why, query) => {
    const at = await start();
    expect(await isKept(at, query)).toBe(false);
    expect((await at.ask(query)).headers.get('cache-control') ?? '').not.toContain('max-age');
  });

  test('are private where a field says so, or asks who is there', async () => {
    const at = await start();
    expect((await at.ask('{ notices { text mine } }')).headers.get('cache-control')).toBe('private, max-age=60');
    const token = await memberToken(ACME, []);
    const own = await at.ask('{ ownNotices { text } }', { token });
    expect(own.headers.get('cache-control')).toBe('private, max-age=60');
    expect((await at.ask('{ ownNotices { text } }')).json.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });

  test('are fetched anew for whoever asks for it', async () => {
    const at = await start();
    const kept = await textOf(at);
    const fresh = await textOf(at, NOTICES, { headers: { 'cache-control': 'no-cache' } });
    expect(fresh).not.toBe(kept);
    expect(await textOf(at)).toBe(fresh);
  });

  test('cannot be poisoned by headers that are not in their key', async () => {
    const at = await start();
    const kept = await textOf(at);
    const headers = { 'x-forwarded-host': 'globex.spine.test', 'accept-language': '<script>', origin: 'http://evil.example' };
    expect(await textOf(at, NOTICES, { headers })).toBe(kept);
    expect(await textOf(at)).toBe(kept);
  });

  test('are counted', async () => {
    const at = await start();
    await textOf(at);
    await textOf(at);
    const figures = await (await fetch(`${at.url}/metrics`)).text();
    expect(figures).toContain('spine_gateway_kept_answers_total{outcome="miss"} 1');
    expect(figures).toContain('spine_gateway_kept_answers_total{outcome="hit"} 1');
  });

  test('are shared by gateways through Redis, and fetched while it is away', async () => {
    const redis = await startTestRedis();
    if (!redis) return;
    try {
      const [one, other] = [await start(redis.url), await start(redis.url)];
      // Redis is connected to behind the first request; from then on both find what either has kept, unless it is slow.
      let isShared = false;
      for (let n = 0; n < 50 && !isShared; n += 1) isShared = (await textOf(one)) === (await textOf(other));
      expect(isShared).toBe(true);
    } finally {
      await redis.stop();
    }
    const [at] = open;
    if (!at) throw new Error('no gateway');
    expect(await textOf(at)).toMatch(/^notice \d+ of all$/);
    expect(await isKept(at, NOTICES)).toBe(false);
  });

  test('take no more memory than they may', async () => {
    const store = createMemoryAnswerStore(10_000);
    for (let n = 0; n < 100; n += 1) await store.set(`key ${n}`, { data: 'x'.repeat(1_000), keptAt: 0 }, 60);
    const found = await Promise.all(Array.from({ length: 100 }, (_, n) => store.get(`key ${n}`)));
    expect(found.filter(Boolean).length).toBeLessThan(10);
    expect(found.at(-1)).toBeDefined();
  });
});
