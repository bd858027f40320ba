import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.js';
import { startTestRedis, type TestRedis } from '../../../tests/support/redis.js';
import { ACME } from '../../support/sample-endpoints.js';
import { createRecordingLogger, startSampleGateway, type Answer, type SampleGateway } from '../../support/sample-gateway.js';
import { memberToken } from '../../support/sample-tokens.js';
import { createRateCounter, type CounterStores } from '../rate-limits/create-counter.js';
import type { RateCounter } from '../rate-limits/rate-counter.js';

const HERE = 'http://acme.spine.test/graphql';
const QUERY = '{ users { id } }';

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly thumbprint: string;
}

async function makeKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** A proof as a client makes it, but for what is said to be different; undefined leaves a claim out. */
function proofOf(
  key: Key,
  token: string,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  return new SignJWT({ htm: 'POST', htu: HERE, ath: digestOf(token), jti: randomUUID(), iat, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

const started: SampleGateway[] = [];
const counters: RateCounter[] = [];
let key: Key;
let bound: string;

async function start(counter?: RateCounter): Promise<SampleGateway> {
  const gateway = await startSampleGateway({}, undefined, counter ? { counter } : {});
  started.push(gateway);
  return gateway;
}

const show = (gateway: SampleGateway, proof: string | null, token = bound, scheme = 'DPoP'): Promise<Answer> =>
  gateway.ask(QUERY, { headers: { authorization: `${scheme} ${token}`, ...(proof === null ? {} : { dpop: proof }) } });

beforeAll(async () => {
  key = await makeKey();
  bound = await memberToken(ACME, [], { claims: { cnf: { jkt: key.thumbprint } } });
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ gateway }) => gateway.stop()));
  await Promise.all(counters.splice(0).map((counter) => counter.close()));
});

describe('a token that is bound to a key', () => {
  it('is taken with a proof of that key, and once more with another proof', async () => {
    const gateway = await start();
    await expect(show(gateway, await proofOf(key, bound))).resolves.toMatchObject({ status: 200 });
    await expect(show(gateway, await proofOf(key, bound, { htu: `${HERE}?page=2#end` }))).resolves.toMatchObject({ status: 200 });
  });

  it('opens a WebSocket with a proof among the parameters of the connection, and none without', async () => {
    const gateway = await start();
    const connect = (parameters: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        const client = createClient({
          url: `${gateway.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
          lazy: false,
          connectionParams: parameters,
          on: {
            connected: () => {
              resolve('open');
              void client.dispose();
            },
            closed: (event) => resolve((event as { reason: string }).reason),
          },
          onNonLazyError: () => undefined,
        });
      });
    const htu = `${gateway.url}/graphql`;
    const authorization = `DPoP ${bound}`;
    await expect(connect({ authorization })).resolves.toBe('UNAUTHENTICATED');
    const dpop = await proofOf(key, bound, { htm: 'GET', htu });
    await expect(connect({ authorization, dpop })).resolves.toBe('open');
    await expect(connect({ authorization, dpop })).resolves.toBe('UNAUTHENTICATED');
  });

  it('is refused when it is only borne', async () => {
    const gateway = await start();
    const answers = [await show(gateway, null, bound, 'Bearer'), await show(gateway, await proofOf(key, bound), bound, 'Bearer')];
    for (const { status, json } of answers) {
      expect(status).toBe(401);
      expect(json.errors?.[0]).toMatchObject({ message: 'The access token is not valid' });
    }
  });

  it('makes no difference to a token that is not bound, which cannot be shown as one that is', async () => {
    const gateway = await start();
    const free = await memberToken(ACME, []);
    await expect(show(gateway, null, free, 'Bearer')).resolves.toMatchObject({ status: 200 });
    await expect(show(gateway, await proofOf(key, free), free)).resolves.toMatchObject({ status: 401 });
  });

  it.each<[string, (key: Key, token: string) => Promise<string | null>]>([
    ['without a proof', async () => null],
    ['with what is no proof', async () => 'proof'],
    ['with two proofs', async (own, token) => `${await proofOf(own, token)}, ${await proofOf(own, token)}`],
    ['with a proof for another address', (own, token) => proofOf(own, token, { htu: 'http://acme.spine.test/rest/v1/me' })],
    ['with a proof for another host', (own, token) => proofOf(own, token, { htu: 'http://globex.spine.test/graphql' })],
    ['with a proof for another scheme', (own, token) => proofOf(own, token, { htu: 'https://acme.spine.test/graphql' })],
    ['with a proof for another method', (own, token) => proofOf(own, token, { htm: 'GET' })],
    ['with a proof of another key', async (_own, token) => proofOf(await makeKey(), token)],
    ['with a proof that another key has signed', async (own, token) => proofOf({ ...(await makeKey()), jwk: own.jwk }, token)],
    ['with a stale proof', (own, token) => proofOf(own, token, { iat: Math.floor(Date.now() / 1_000) - 600 })],
    ['with a proof of tomorrow', (own, token) => proofOf(own, token, { iat: Math.floor(Date.now() / 1_000) + 600 })],
    ['with a proof that does not say when', (own, token) => proofOf(own, token, { iat: undefined })],
    ['with a proof for no token', (own, token) => proofOf(own, token, { ath: undefined })],
    ['with a proof for another token', (own) => proofOf(own, 'another')],
    ['with a proof without an id', (own, token) => proofOf(own, token, { jti: undefined })],
    ['with a proof that is a token of another kind', (own, token) => proofOf(own, token, {}, { typ: 'JWT' })],
    ['with a proof that carries no key', (own, token) => proofOf(own, token, {}, { jwk: undefined })],
    [
      'with a proof that carries the private key',
      async (own, token) => proofOf(own, token, {}, { jwk: await exportJWK(own.privateKey) }),
    ],
    [
      'with a proof that whoever reads the key can make',
      (own, token) =>
        new SignJWT({ htm: 'POST', htu: HERE, ath: digestOf(token), jti: randomUUID() })
          .setIssuedAt()
          .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: own.jwk })
          .sign(Buffer.from(JSON.stringify(own.jwk))),
    ],
  ])('is refused %s', async (_how, make) => {
    const gateway = await start();
    const { status, json, headers } = await show(gateway, await make(key, bound));
    expect(status).toBe(401);
    expect(json.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"');
  });

  it.each([{ 'x5t#S256': 'of a certificate' }, {}, { jkt: '' }, 'key'])('is refused when it is bound to %p', async (cnf) => {
    const gateway = await start();
    const token = await memberToken(ACME, [], { claims: { cnf } });
    await expect(show(gateway, await proofOf(key, token), token)).resolves.toMatchObject({ status: 401 });
    await expect(show(gateway, null, token, 'Bearer')).resolves.toMatchObject({ status: 401 });
  });
});

describe.each(['Redis', 'PostgreSQL', 'memory'] as const)('proofs that are remembered in %s', (kind) => {
  let redis: TestRedis | null = null;
  let database: TestDatabase | null = null;

  beforeAll(async () => {
    if (kind === 'Redis') redis = await startTestRedis();
    if (kind === 'PostgreSQL') database = await createTestDatabase();
  });
  afterAll(async () => {
    await redis?.stop();
    await database?.drop();
  });

  const store = (): CounterStores | null => {
    if (kind === 'Redis') return redis && { redisUrl: redis.url, database: undefined };
    return { redisUrl: undefined, database: database ? { url: database.url } : undefined };
  };

  it('are taken once, however many show them at once and to which process', async () => {
    const stores = store();
    if (!stores) return console.warn('not tested: this machine has no redis-server');
    const counterOf = (): RateCounter => {
      const counter = createRateCounter({ ...stores, timeoutMs: 60_000 }, createRecordingLogger().logger);
      counters.push(counter);
      return counter;
    };
    const one = await start(counterOf());
    const gateways = kind === 'memory' ? [one] : [one, await start(counterOf())];
    const proof = await proofOf(key, bound);
    const answers = await Promise.all(gateways.flatMap((gateway) => Array.from({ length: 5 }, () => show(gateway, proof))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(answers.length - 1);
  });
});
