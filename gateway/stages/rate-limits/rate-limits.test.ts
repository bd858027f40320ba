import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.js';
import { startTestRedis, type TestRedis } from '../../../tests/support/redis.js';
import { ACME, GLOBEX } from '../../support/sample-endpoints.js';
import { createRecordingLogger, SAMPLE_CONFIG, startSampleGateway, type Answer, type SampleGateway } from '../../support/sample-gateway.js';
import { memberToken } from '../../support/sample-tokens.js';
import type { IdentifiedRequest } from '../authentication/authentication.js';
import { addressKey } from './address-key.js';
import { createMemoryCounter } from './memory-counter.js';
import { rateHeaders } from './rate-headers.js';
import { createRateLimiter } from './rate-limiter.js';
import { createRateStages } from './rates.js';
import { createRateCounter, type CounterStores } from './create-counter.js';
import type { RateCounter } from './rate-counter.js';
import type { RateLimits } from './rate-limits.js';

const QUERY = '{ users { id } }';
const minute = (requests: number) => ({ requests, seconds: 60 });

const started: SampleGateway[] = [];
const counters: RateCounter[] = [];

async function start(limits: Partial<RateLimits>, counter?: RateCounter): Promise<SampleGateway> {
  const gateway = await startSampleGateway(
    { rateLimits: { ...SAMPLE_CONFIG.rateLimits, ...limits } },
    undefined,
    counter ? { counter } : {},
  );
  started.push(gateway);
  return gateway;
}

/** A store that is slow because the machine is busy is not taken for dead here. */
function counterIn(stores: CounterStores): RateCounter {
  const counter = createRateCounter({ ...stores, timeoutMs: 60_000 }, createRecordingLogger().logger);
  counters.push(counter);
  return counter;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ gateway }) => gateway.stop()));
  await Promise.all(counters.splice(0).map((counter) => counter.close()));
});

const allowed = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 200).length;

describe('rate limits', () => {
  test('tell where one stands, and refuse with the time to wait', async () => {
    const sample = await start({ anonymous: minute(2) });
    const [first, second, third] = [await sample.ask(QUERY), await sample.ask(QUERY), await sample.ask(QUERY)];
    expect(first.headers.get('ratelimit-policy')).toContain('"anonymous";q=2;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/"anonymous";r=1;t=60/);
    expect(second.status).toBe(200);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(55);
    expect(third.json.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' });
    expect(third.headers.get('ratelimit')).toMatch(/"anonymous";r=0/);
  });

  test('count each person for himself, and each company', async () => {
    const sample = await start({ principal: minute(2), tenant: minute(3) });
    const of = (sub: string, tenant = ACME): Promise<string> => memberToken(tenant, [], { claims: { sub } });
    const [ann, ben, guest] = await Promise.all([of('ann'), of('ben'), of('cara', GLOBEX)]);
    await sample.ask(QUERY, { token: ann });
    await sample.ask(QUERY, { token: ann });
    await expect(sample.ask(QUERY, { token: ben })).resolves.toMatchObject({ status: 200 });
    const refused = await sample.ask(QUERY, { token: ben });
    expect(refused).toMatchObject({ status: 429, json: { errors: [{ message: expect.stringMatching(/company/) }] } });
    await expect(sample.ask(QUERY, { token: guest, host: 'globex.spine.test' })).resolves.toMatchObject({ status: 200 });
  });

  test('count an address before it is known who asks', async () => {
    const sample = await start({ address: minute(1) });
    await sample.ask(QUERY);
    const before = sample.calls.length;
    await expect(sample.ask(QUERY, { token: 'no token' })).resolves.toMatchObject({ status: 429 });
    expect(sample.calls).toHaveLength(before);
  });

  test('can be changed while the gateway runs', async () => {
    const sample = await start({ anonymous: minute(100) });
    await sample.ask(QUERY);
    sample.gateway.changeRateLimits({ anonymous: minute(1) });
    await expect(sample.ask(QUERY)).resolves.toMatchObject({ status: 429 });
    sample.gateway.changeRateLimits({ anonymous: minute(100) });
    await expect(sample.ask(QUERY)).resolves.toMatchObject({ status: 200 });
  });

  test('count every alias of a field that takes a password', async () => {
    const sample = await start({ credentialsByAddress: minute(50), credentialsByAccount: minute(10) });
    const tries = (count: number, email = 'ann@acme.test'): string =>
      `mutation { ${Array.from({ length: count }, (_, n) => `a${n}: signIn(input: { email: "${email}", password: "p${n}" })`).join(' ')} }`;
    await expect(sample.ask(tries(10))).resolves.toMatchObject({ status: 200 });
    const again = await sample.ask(tries(1, ' ANN@acme.test'));
    expect(again).toMatchObject({ status: 429, json: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    expect(again.headers.get('retry-after')).not.toBeNull();
    await expect(sample.ask(tries(1, 'ben@acme.test'))).resolves.toMatchObject({ status: 200 });
    const hidden = 'mutation ($email: String! = "ann@acme.test") { ...Try } fragment Try on Mutation { signIn(input: { email: $email, password: "x" }) }';
    await expect(sample.ask(hidden)).resolves.toMatchObject({ status: 429 });
  });
});

describe('rate limits over WebSocket', () => {
  const connect = ({ url }: SampleGateway) =>
    createClient({ url: `${url.replace('http', 'ws')}/graphql?tenant=acme`, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });

  test('count each operation of a connection', async () => {
    const client = connect(await start({ anonymous: minute(2) }));
    const ask = (): Promise<unknown> =>
      new Promise((resolve, reject) => client.subscribe({ query: QUERY }, { next: resolve, error: reject, complete: () => undefined }));
    await ask();
    await ask();
    await expect(ask()).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await client.dispose();
  });

  test('refuse connections before there is one', async () => {
    const { url } = await start({ address: minute(1) });
    const attempt = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        socket.on('open', () => {
          socket.close();
          resolve('open');
        });
        socket.on('unexpected-response', (_request, { statusCode, headers }) => resolve(`${statusCode} ${headers['retry-after']}`));
        socket.on('error', () => undefined);
      });
    await expect(attempt()).resolves.toBe('open');
    await expect(attempt()).resolves.toMatch(/^429 (60|59)$/);
  });
});

describe('an API key', () => {
  const stages = createRateStages(createRateLimiter(createMemoryCounter()), () => SAMPLE_CONFIG.rateLimits);
  const caller = (apiKeyId: string, hourlyLimit: number): IdentifiedRequest =>
    ({ tenant: ACME, ip: '127.0.0.1', principal: { kind: 'service', apiKeyId, hourlyLimit } }) as unknown as IdentifiedRequest;

  test('has the hourly limit it was made with, and is told of it', async () => {
    const first = await stages.caller(caller('k1', 2));
    const headers = rateHeaders(first.standings);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' });
    expect(Number(headers['x-ratelimit-reset']) - Date.now() / 1000).toBeGreaterThan(3_590);
    await stages.caller(caller('k1', 2));
    await expect(stages.caller(caller('k1', 2))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      headers: { 'x-ratelimit-remaining': '0', 'retry-after': '3600' },
    });
    await expect(stages.caller(caller('k2', 1_000))).resolves.toBeDefined();
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [null, 'unknown'],
])('an address %s counts as %s', (ip, key) => expect(addressKey(ip)).toBe(key));

const STORES: readonly ('Redis' | 'PostgreSQL')[] = ['Redis', 'PostgreSQL'];

describe.each(STORES)('rate limits of two gateways that share a %s', (kind) => {
  let redis: TestRedis | null = null;
  let database: TestDatabase | null = null;

  beforeAll(async () => {
    if (kind === 'Redis') redis = await startTestRedis();
    else database = await createTestDatabase();
  });
  afterAll(async () => {
    await redis?.stop();
    await database?.drop();
  });

  const stores = (): CounterStores | null => {
    if (kind === 'Redis') return redis && { redisUrl: redis.url, database: undefined };
    return database && { redisUrl: undefined, database: { url: database.url } };
  };

  test('allow exactly as many requests in total, however parallel they are', async () => {
    const shared = stores();
    if (!shared) return console.warn('not tested: this machine has no redis-server');
    const gateways = [await start({ anonymous: minute(40) }, counterIn(shared)), await start({ anonymous: minute(40) }, counterIn(shared))];
    const answers = await Promise.all(gateways.flatMap((gateway) => Array.from({ length: 60 }, () => gateway.ask(QUERY))));
    expect(allowed(answers)).toBe(40);
  });

  test('go on in each process when the store is gone', async () => {
    const shared = stores();
    if (!shared) return console.warn('not tested: this machine has no redis-server');
    const token = await memberToken(ACME, []);
    const sample = await start({ principal: minute(3) }, counterIn(shared));
    await expect(sample.ask(QUERY, { token })).resolves.toMatchObject({ status: 200 });
    if (kind === 'Redis') {
      await redis?.stop();
      redis = null;
    } else {
      await database?.drop();
      database = null;
    }
    const answers = [await sample.ask(QUERY, { token }), await sample.ask(QUERY, { token }), await sample.ask(QUERY, { token }), await sample.ask(QUERY, { token })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  });
});
