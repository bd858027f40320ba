import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { Graph } from '../../clients/cli/graph.js';
import { DEMO_PASSWORD, graphOf, signIn } from '../journeys/main-job.js';
import { queryDatabase } from './database.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { knock, whisper, type Knock, type Reply } from './attacker.js';

const times = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join(' ');

/** What no answer to the outside may hold: a place in the code, SQL, a dependency's name, a hint at the schema. */
const TELL_TALES = /\/work\/|node_modules|\.ts:\d|\.js:\d|\bat \w+ \(|SELECT |prisma|PostgreSQL|stacktrace|Did you mean|Cannot read prop/i;

describe('the gateway as production runs it', () => {
  let platform: TestPlatform;
  let client: Graph;

  const send = async (request: Knock): Promise<Reply> => {
    const reply = await knock(platform.url, request);
    expect(reply.text).not.toMatch(TELL_TALES);
    return reply;
  };
  const ask = (query: string, variables: object = {}): Promise<Reply> => send({ body: { query, variables } });
  const loginAttempts = async (): Promise<number> => {
    const [row] = await queryDatabase<{ count: string }>(
      platform,
      `SELECT count(*) FROM kernel.outbox_event WHERE type IN ('identity.login_failed', 'identity.login_succeeded')`,
    );
    return Number(row?.count);
  };
  const fetches = async (): Promise<number> => {
    const { text } = await knock(platform.figuresUrl, { method: 'GET', path: '/metrics' });
    return [...text.matchAll(/^spine_gateway_subgraph_fetch_seconds_count\{[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const runsNothing = async (request: Knock, code: string): Promise<void> => {
    const before = await fetches();
    const reply = await send(request);
    expect(reply).toMatchObject({ codes: expect.arrayContaining([code]) as unknown, data: undefined });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(await fetches()).toBe(before);
  };
  const refusedAsTooMuch = (query: string): Promise<void> => runsNothing({ body: { query } }, 'OPERATION_TOO_COMPLEX');

  beforeAll(async () => {
    platform = await startTestPlatform({ environment: { APP_ENV: 'production' } });
    client = await signIn(graphOf(platform.url, 'acme'), 'client@acme.example');
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('tries no password when a hundred sign-ins come in one operation', async () => {
    const before = await loginAttempts();
    const one = 'login(input: { email: "owner@acme.example", password: "x" }) { __typename }';
    await refusedAsTooMuch(`mutation { ${times(100, (index) => `a${index}: ${one}`)} }`);
    await refusedAsTooMuch(`mutation { ...Many } fragment Many on Mutation { ${times(100, (index) => `a${index}: ${one}`)} }`);
    await refusedAsTooMuch(`mutation { ${times(21, (index) => `a${index}: ${one}`)} }`);
    const whispered = await whisper(platform.url, { host: 'acme.localhost', query: `mutation { ${times(100, (index) => `a${index}: ${one}`)} }` });
    expect(JSON.stringify(whispered)).toContain('OPERATION_TOO_COMPLEX');
    expect(await loginAttempts()).toBe(before);
  });

  it('takes one operation at a time', async () => {
    await runsNothing({ body: [{ query: '{ health { status } }' }, { query: '{ health { status } }' }] }, 'OPERATION_TOO_COMPLEX');
    await runsNothing({ body: [] }, 'OPERATION_TOO_COMPLEX');
  });

  it('refuses what is too deep, too wide or without end before anything runs', async () => {
    await refusedAsTooMuch(`{ ${'me { membership { user { '.repeat(8)} id ${'} } } '.repeat(8)} }`);
    await refusedAsTooMuch(`{ services { ...A } } fragment A on ServiceConnection { ...B } fragment B on ServiceConnection { ...A }`);
    await refusedAsTooMuch(`{ ...A } fragment A on Query { ...A }`);
    await refusedAsTooMuch(`{ currentTenant { ${times(60, () => '... @include(if: true) { id }')} } }`);
    await refusedAsTooMuch(`{ currentTenant ${'@skip(if: false) '.repeat(60)} { id } }`);
    await refusedAsTooMuch(`{ currentTenant { ${'id '.repeat(2_100)} } }`);
    await refusedAsTooMuch(`{ currentTenant { ${'id '.repeat(5_000)} } }`);
    // Two to the thirtieth fields, in a document of a few lines.
    await refusedAsTooMuch(`{ currentTenant { ...F0 } } ${times(30, (index) => `fragment F${index} on Tenant { ...F${index + 1} ...F${index + 1} }`)} fragment F30 on Tenant { id }`);
  });

  it('answers what is within the limits but made to be costly, and is there for the next', async () => {
    const costly = [
      `{ currentTenant { ${'id '.repeat(1_990)} } }`,
      `{ services(first: 1) { edges { node { ${'price { amount currency } '.repeat(600)} } } } }`,
      `{ currentTenant { ${times(300, (index) => `...F${index}`)} } } ${times(300, (index) => `fragment F${index} on Tenant { id name slug }`)}`,
      `mutation { login(input: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { __typename } }`,
      `query ($a: ${'['.repeat(1_900)}Int${']'.repeat(1_900)}) { currentTenant { id } }`,
      `query (${times(700, (index) => `$v${index}: Int`)}) { currentTenant { id } }`,
    ];
    for (const query of costly) {
      const { codes } = await ask(query);
      expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
    }
  });

  it('survives variables that are nested without end, too many or named like its own', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const query = 'mutation ($i: LoginInput!) { login(input: $i) { __typename } }';
    await expect(send({ body: `{"query":${JSON.stringify(query)},"variables":{"i":${deep}}}` })).resolves.toMatchObject({ codes: ['OPERATION_TOO_COMPLEX'] });
    await expect(send({ body: `{"query":"{ currentTenant { slug } }","variables":{"unused":${deep}}}` })).resolves.toMatchObject({ codes: ['OPERATION_TOO_COMPLEX'] });
    const bad = await ask('mutation ($ids: [ID!]!) { markNotificationsRead(ids: $ids) { __typename } }', { ids: Array.from({ length: 20_000 }, () => ({})) });
    expect(bad.text.length).toBeLessThan(20_000);
    const polluting = await send({ body: '{"query":"{ currentTenant { slug } }","variables":{"__proto__":{"slug":"evil"},"constructor":{"prototype":{"x":1}}}}' });
    expect(polluting.data).toEqual({ currentTenant: { slug: 'acme' } });
    const reserved = await ask('query ($representations: Int) { services(first: $representations) { edges { cursor } } }', { representations: 1 });
    expect(reserved.codes).toEqual([]);
  });

  it('reads no body longer than it accepts, announced or not', async () => {
    const query = `{ currentTenant { id } } # ${'x'.repeat(2 * 1024 * 1024)}`;
    const reply = await send({ body: { query } }).catch((error: unknown) => error as Error);
    expect(reply instanceof Error || reply.status === 413).toBe(true);
    await expect(ask('{ currentTenant { slug } }')).resolves.toMatchObject({ status: 200 });
  });

  it('says which operation has to be named, instead of running one or breaking', async () => {
    await expect(ask('query A { currentTenant { id } } query B { currentTenant { id } }')).resolves.toMatchObject({ status: 400, data: undefined });
    const named = { query: 'query A { currentTenant { id } } mutation B { logout { __typename } }', operationName: 'C' };
    const reply = await send({ body: named });
    expect(reply).toMatchObject({ status: 400, data: undefined });
    expect(reply.codes).not.toContain('INTERNAL_SERVER_ERROR');
    await expect(ask('fragment A on Query { health { status } }')).resolves.toMatchObject({ status: 400 });
  });

  it('changes nothing by GET, nor by what a form on another page can send', async () => {
    const before = await loginAttempts();
    const query = 'mutation { login(input: { email: "owner@acme.example", password: "x" }) { __typename } }';
    const asked = `/graphql?${new URLSearchParams({ query }).toString()}`;
    const preflighted = { 'apollo-require-preflight': 'yes' };
    await expect(send({ method: 'GET', path: asked, headers: preflighted })).resolves.toMatchObject({ status: 405 });
    const twice = `${asked}&${new URLSearchParams({ query: '{ health { status } }' }).toString()}`;
    await expect(send({ method: 'GET', path: twice, headers: preflighted })).resolves.toMatchObject({ status: 400 });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain;application/json', '']) {
      await expect(send({ headers: { 'content-type': type }, body: { query } })).resolves.toMatchObject({ status: 400, data: undefined });
    }
    const simple = `/graphql?${new URLSearchParams({ query: '{ currentTenant { slug } }' }).toString()}`;
    await expect(send({ method: 'GET', path: simple, headers: { 'content-type': 'text/plain' } })).resolves.toMatchObject({ status: 400 });
    await expect(send({ method: 'PUT', body: { query } })).resolves.toMatchObject({ status: 405 });
    expect(await loginAttempts()).toBe(before);
  });

  it('opens itself to no page of another origin', async () => {
    const origin = { origin: 'https://evil.example' };
    for (const request of [{ method: 'OPTIONS' }, { body: { query: '{ currentTenant { slug } }' } }] as const) {
      const { headers } = await send({ ...request, headers: { ...origin, 'access-control-request-method': 'POST' } });
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('does not describe its schema, by any way in', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "User") { name } }', '{ ...A } fragment A on Query { __schema { queryType { name } } }']) {
      await expect(ask(query)).resolves.toMatchObject({ status: 400, data: undefined });
      const path = `/graphql?${new URLSearchParams({ query }).toString()}`;
      await expect(send({ method: 'GET', path, headers: { 'apollo-require-preflight': 'yes' } })).resolves.toMatchObject({ status: 400 });
      expect(JSON.stringify(await whisper(platform.url, { host: 'acme.localhost', query }))).toContain('GRAPHQL_VALIDATION_FAILED');
    }
    await expect(ask('{ _service { sdl } }')).resolves.toMatchObject({ status: 400 });
    await expect(ask('{ _entities(representations: []) { __typename } }')).resolves.toMatchObject({ status: 400 });
    for (const path of ['/', '/graphiql']) await expect(send({ method: 'GET', path, headers: { accept: 'text/html' } })).resolves.toMatchObject({ status: 404 });
  });

  it('gives no hint at the names it knows', async () => {
    const close = [
      ['{ currentTenan { id } }', {}],
      ['{ currentTenant { sluq } }', {}],
      ['mutation ($i: LoginInpu!) { login(input: $i) { __typename } }', {}],
      ['mutation ($i: LoginInput!) { login(input: $i) { __typename } }', { i: { emai: 'a', password: 'b' } }],
      ['query ($g: ReportGranularity!) { revenueReport(from: "2026-01-01", to: "2026-01-02", granularity: $g) { __typename } }', { g: 'DAI' }],
    ] as const;
    for (const [query, variables] of close) await expect(ask(query, variables)).resolves.toMatchObject({ status: 400 });
    expect(JSON.stringify(await whisper(platform.url, { host: 'acme.localhost', query: 'subscription { notificationReceive { cursor } }' }))).not.toMatch(TELL_TALES);
  });

  it('tells nothing of itself in what it says of nonsense', async () => {
    for (const body of ['', '{', 'null', '1', '"x"', '{"query":1}', '{"query":{"a":1}}', '{"query":"{"}', '{"query":"{ health { status } }","variables":"x"}', '{"query":"{ health { status } }","operationName":{}}', '\u0000']) {
      const reply = await send({ body });
      expect(reply.status).toBeLessThan(500);
      expect(reply.codes).not.toContain('INTERNAL_SERVER_ERROR');
    }
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    await expect(send({ body: { extensions } })).resolves.toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'], data: undefined });
  });

  it('sends security headers with every answer, refusals included', async () => {
    const answers = await Promise.all([
      send({ body: { query: '{ me { id } }' } }),
      send({ body: { query: '{ nothing }' } }),
      send({ headers: { authorization: 'Bearer x' }, body: { query: '{ currentTenant { slug } }' } }),
      send({ method: 'GET', path: '/nowhere' }),
      send({ path: '/webhooks/stripe', body: '{}' }),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
      });
      expect(headers['x-request-id']).toBeDefined();
      expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined();
    }
  });

  it('cannot be made to write a header or a log line of somebody else', async () => {
    const long = 'a'.repeat(300);
    for (const given of ['a b', long, '<script>']) {
      const { headers } = await send({ headers: { 'x-request-id': given }, body: { query: '{ currentTenant { slug } }' } });
      expect(headers['x-request-id']).not.toBe(given);
    }
  });

  it('has no way to what subgraphs serve to each other', async () => {
    const ways = [
      '/internal/tenant?slug=acme',
      '//internal/tenant?slug=acme',
      '/%69nternal/tenant?slug=acme',
      '/graphql/../internal/tenant?slug=acme',
      '/webhooks/stripe/../../internal/tenant?slug=acme',
      '/webhooks/stripe/%2e%2e/%2e%2e/internal/security-signals',
      '/graphql%2f..%2finternal/tenant',
      '/internal/security-signals',
      '/INTERNAL/tenant',
      '/health/live/../../internal/tenant?slug=acme',
      '/internal\\tenant',
      '/.\\internal/tenant?slug=acme',
    ];
    for (const path of ways) {
      for (const method of ['GET', 'POST'] as const) {
        const reply = await send({ method, path, headers: { 'spine-envelope': 'x' }, ...(method === 'POST' ? { body: '{}' } : {}) });
        expect(reply).toMatchObject({ status: 404 });
      }
    }
  });

  describe('taking news of payments', () => {
    const signed = (payload: string, secret: string, at = Math.floor(Date.now() / 1_000)): Readonly<Record<string, string>> => ({
      'stripe-signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${payload}`).digest('hex')}`,
    });
    const cancelled = { id: 'evt_forged', object: 'event', type: 'payment_intent.canceled', created: Math.floor(Date.now() / 1_000) };
    const intent = { id: 'pi_of_nobody', object: 'payment_intent', amount: 1, amount_received: 0, currency: 'usd' };
    const statuses = (): Promise<unknown[]> =>
      queryDatabase(platform, 'SELECT id, collection, succeeded_at FROM commerce.payment ORDER BY id');

    it('believes none that the provider did not sign now', async () => {
      const before = await statuses();
      const [payment] = await queryDatabase<{ id: string; tenant_id: string; provider_ref: string }>(
        platform,
        'SELECT id, tenant_id, provider_ref FROM commerce.payment WHERE provider_ref IS NOT NULL ORDER BY id LIMIT 1',
      );
      const payload = JSON.stringify({
        ...cancelled,
        data: { object: { ...intent, id: payment?.provider_ref, metadata: { tenant_id: payment?.tenant_id, payment_id: payment?.id } } },
      });
      const { stripeWebhookSecret: secret } = platform.secrets;
      const old = Math.floor(Date.now() / 1_000) - 3_600;
      const headers = [
        {},
        { 'stripe-signature': '' },
        { 'stripe-signature': 't=1,v1=00' },
        signed(payload, 'whsec_guessed'),
        signed(payload, ''),
        signed(`${payload} `, secret),
        signed(payload, secret, old),
        signed(payload, secret, old + 7_200),
        { 'stripe-signature': `${signed(payload, secret, old)['stripe-signature']},t=${old + 3_600}` },
      ];
      for (const given of headers) {
        await expect(send({ path: '/webhooks/stripe', headers: given, body: payload })).resolves.toMatchObject({ status: 400 });
      }
      expect(await statuses()).toEqual(before);
    });

    it('takes a genuine one that names a payment of another intent for nobody', async () => {
      const before = await statuses();
      const rows = await queryDatabase<{ id: string; tenant_id: string }>(platform, 'SELECT DISTINCT ON (tenant_id) id, tenant_id FROM commerce.payment ORDER BY tenant_id');
      const [one, other] = rows;
      for (const [tenantId, paymentId] of [[one?.tenant_id, other?.id], [other?.tenant_id, one?.id], [one?.tenant_id, one?.id]]) {
        const payload = JSON.stringify({
          ...cancelled,
          id: `evt_${tenantId}${paymentId}`,
          data: { object: { ...intent, metadata: { tenant_id: tenantId, payment_id: paymentId } } },
        });
        const headers = signed(payload, platform.secrets.stripeWebhookSecret);
        await expect(send({ path: '/webhooks/stripe', headers, body: payload })).resolves.toMatchObject({ status: 400 });
      }
      expect(await statuses()).toEqual(before);
    });
  });

  it('goes on serving after all of this', async () => {
    expect(await fetches()).toBeGreaterThan(0);
    await expect(client.ask('{ me { displayName } }')).resolves.toMatchObject({ data: { me: { displayName: expect.any(String) as unknown } } });
    await expect(signIn(graphOf(platform.url, 'acme'), 'owner@acme.example', DEMO_PASSWORD)).resolves.toBeDefined();
  });
});
