import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { createGateway, type Gateway } from '../gateway.js';
import { ACME, createSampleEndpoints, GLOBEX } from '../support/sample-endpoints.js';
import { sampleSupergraph } from '../support/sample-graph.js';
import {
  createRecordingLogger,
  requestWithHost,
  SAMPLE_CONFIG,
  startSampleGateway,
  type SampleGateway,
} from '../support/sample-gateway.js';
import { memberToken, platformToken, publishedKeys } from '../support/sample-tokens.js';

const JSON_TYPE = { 'content-type': 'application/json' };
let gateway: SampleGateway;

beforeAll(async () => {
  gateway = await startSampleGateway();
});
afterAll(() => gateway.gateway.stop());

const get = (path: string, headers: Record<string, string> = {}, host = 'acme.spine.test') =>
  requestWithHost(gateway.url + path, host, headers);
const codeOf = (body: string): unknown =>
  (JSON.parse(body) as { errors: { extensions: Record<string, unknown> }[] }).errors[0]?.extensions['code'];

describe('GraphQL over HTTP', () => {
  test('answers for the tenant of the host and the holder of the token', async () => {
    const token = await memberToken(ACME, ['patients:read']);
    const { status, json } = await gateway.ask('{ user(id: "u1") { email } }', { token });
    expect({ status, json }).toMatchObject({ status: 200, json: { data: { user: { email: 'u1@example.com' } } } });
    expect(json.errors).toBeUndefined();
    expect(gateway.calls.at(-1)?.envelope).toMatchObject({ tenant: ACME, principal: { kind: 'member' } });
  });

  test.each([
    ['a token of another tenant', 403, 'TENANT_MISMATCH', async () => ({ token: await memberToken(GLOBEX, []) })],
    ['a bad token', 401, 'UNAUTHENTICATED', async () => ({ token: 'not.a.token' })],
    ['an unknown subdomain', 404, 'NOT_FOUND', async () => ({ host: 'nobody.spine.test' })],
    ['a suspended tenant', 403, 'TENANT_SUSPENDED', async () => ({ host: 'idle.spine.test' })],
    ['X-Tenant against the host', 403, 'TENANT_MISMATCH', async () => ({ headers: { 'x-tenant': 'globex' } })],
  ])('refuses %s before anything runs', async (_what, status, code, options) => {
    const before = gateway.calls.length;
    const answer = await gateway.ask('{ users { id } }', await options());
    expect(answer.status).toBe(status);
    expect(answer.json.errors?.[0]?.extensions['code']).toBe(code);
    expect(gateway.calls).toHaveLength(before);
  });

  test('does not believe X-Forwarded-Host from just anyone', async () => {
    await gateway.ask('{ users { id } }', { headers: { 'x-forwarded-host': 'globex.spine.test', 'x-forwarded-for': '1.2.3.4' } });
    expect(gateway.calls.at(-1)?.envelope).toMatchObject({ tenant: ACME, origin: { ip: '127.0.0.1' } });
  });

  test('never lets a tenant token near a field of the platform', async () => {
    const token = await memberToken(ACME, ['platform:admins:manage', 'users:manage']);
    const { json } = await gateway.ask('{ admins { id } }', { token });
    expect(json.errors?.[0]?.extensions['code']).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    const staff = await platformToken(['platform:admins:manage']);
    expect((await gateway.ask('{ admins { id } }', { token: staff, host: 'spine.test' })).json.errors).toBeUndefined();
  });

  test('refuses several operations in one request', async () => {
    const body = JSON.stringify([{ query: '{ users { id } }' }]);
    const { status, body: text } = await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', JSON_TYPE, body);
    expect({ status, code: codeOf(text) }).toEqual({ status: 400, code: 'OPERATION_TOO_COMPLEX' });
  });

  test('refuses a body that is too long, whether or not its length is announced', async () => {
    const body = Buffer.alloc(SAMPLE_CONFIG.limits.bodyBytes + 1, ' ');
    for (const headers of [JSON_TYPE, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }]) {
      const { status } = await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', headers, body).catch(
        // The gateway stops reading and hangs up; whether the answer is seen first is the network's choice.
        () => ({ status: 413 }),
      );
      expect(status).toBe(413);
    }
    expect((await get('/health/live')).status).toBe(200);
  });

  test('measures an operation in the address as it does one in the body', async () => {
    const query = encodeURIComponent(`{ ${'a: users { id } '.repeat(40)} }`);
    const { status, body } = await get(`/graphql?query=${query}`, { 'apollo-require-preflight': '1' });
    expect({ status, code: codeOf(body) }).toEqual({ status: 400, code: 'OPERATION_TOO_COMPLEX' });
  });

  test('refuses what a foreign page could make a browser send', async () => {
    const simple = await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', { 'content-type': 'text/plain' }, '{"query":"{ users { id } }"}');
    expect(simple.status).toBe(400);
    expect((await get('/graphql?query={users{id}}')).status).toBe(400);
    expect((await get('/graphql?query={users{id}}', { 'apollo-require-preflight': '1' })).status).toBe(200);
  });

  test('hands a request id back, the client’s own where it is fit to be logged', async () => {
    const given = await gateway.ask('{ users { id } }', { headers: { 'x-request-id': 'abc-12345' } });
    expect(given.headers.get('x-request-id')).toBe('abc-12345');
    expect(gateway.calls.at(-1)?.envelope.origin.requestId).toBe('abc-12345');
    const made = await gateway.ask('{ users { id } }', { headers: { 'x-request-id': '<script>' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('in production', () => {
  let production: SampleGateway;
  beforeAll(async () => {
    production = await startSampleGateway({ introspection: false, trustedProxies: ['127.0.0.0/8'] });
  });
  afterAll(() => production.gateway.stop());

  test('neither introspection, nor hints, nor pages, nor stack traces are served', async () => {
    expect((await production.ask('{ __schema { types { name } } }')).status).toBe(400);
    const { json } = await production.ask('{ userz { id } }');
    expect(json.errors?.[0]?.message).not.toMatch(/Did you mean/);
    expect(JSON.stringify(json)).not.toMatch(/stacktrace/);
    expect((await requestWithHost(`${production.url}/graphiql`, 'acme.spine.test')).status).toBe(404);
  });

  test('a trusted proxy says for whom it asks', async () => {
    const headers = {
      'x-forwarded-host': 'globex.spine.test',
      'x-forwarded-for': '6.6.6.6, 203.0.113.9, 127.0.0.2',
      'x-forwarded-proto': 'https',
    };
    const answer = await production.ask('{ users { id } }', { headers });
    expect(production.calls.at(-1)?.envelope).toMatchObject({ tenant: GLOBEX, origin: { ip: '203.0.113.9' } });
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age/);
  });
});

describe('the other routes', () => {
  test('say whether the gateway lives and is ready', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
    expect(JSON.parse((await get('/health')).body)).toMatchObject({ status: 'ok', subgraphs: { booking: 'up' } });
    const sick = await startSampleGateway({}, createSampleEndpoints({ ops: { ready: async () => false } }));
    expect((await requestWithHost(`${sick.url}/health/ready`, 'spine.test')).status).toBe(503);
    expect(JSON.parse((await requestWithHost(`${sick.url}/health`, 'spine.test')).body)).toMatchObject({
      status: 'degraded',
      subgraphs: { ops: 'down' },
    });
    await sick.gateway.stop();
  });

  test('count what was done', async () => {
    await gateway.ask('{ users { id } }');
    const { body } = await get('/metrics');
    expect(body).toMatch(/spine_gateway_operation_seconds_count\{type="query",outcome="ok"\} [1-9]/);
    expect(body).toMatch(/spine_gateway_subgraph_fetch_seconds_count\{subgraph="identity",outcome="ok"\} [1-9]/);
    expect(body).toMatch(/spine_gateway_plans_total\{cache="hit"\} [1-9]/);
    expect(body).toMatch(/spine_gateway_fallbacks_total 0/);
  });

  test('hand on the signing keys, and a webhook byte for byte, as from nobody', async () => {
    expect(JSON.parse((await get('/.well-known/jwks.json')).body)).toEqual(publishedKeys);
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const headers = { 'stripe-signature': 't=1,v1=ab', 'spine-envelope': 'forged', cookie: 'a=b' };
    expect((await requestWithHost(`${gateway.url}/webhooks/stripe`, 'spine.test', headers, body)).status).toBe(200);
    const { request, envelope } = gateway.routes.find(({ subgraph }) => subgraph === 'commerce')!;
    expect(Buffer.from(request.body)).toEqual(body);
    expect(request.headers).toMatchObject({ 'stripe-signature': 't=1,v1=ab' });
    expect(request.headers).not.toHaveProperty('spine-envelope');
    expect(request.headers).not.toHaveProperty('cookie');
    expect(envelope.principal).toEqual({ kind: 'anonymous' });
  });

  test('show receipts and take who owes to pay at the address of a company alone, as from nobody', async () => {
    const address = `${gateway.url}/receipts/sealed`;
    for (const method of ['GET', 'POST']) {
      await requestWithHost(address, 'acme.spine.test', { cookie: 'session=1', authorization: 'Bearer x' }, method === 'POST' ? Buffer.of() : undefined);
      const { request, envelope } = gateway.routes.findLast(({ subgraph }) => subgraph === 'commerce')!;
      expect(request).toMatchObject({ method, path: '/receipts/sealed' });
      expect(envelope).toMatchObject({ tenant: ACME, principal: { kind: 'anonymous' } });
    }
    const before = gateway.routes.length;
    expect((await requestWithHost(address, 'spine.test', {}, Buffer.of())).status).toBe(404);
    expect(gateway.routes).toHaveLength(before);
  });

  test('hand on what a calendar tells, at one address for all companies, inside the company that the path names', async () => {
    const of = (tenantId: string): string => `${gateway.url}/webhooks/calendars/${tenantId}/${randomUUID()}?validationToken=hear`;
    const headers = { 'x-goog-channel-token': 'proof' };
    await requestWithHost(of(ACME.id), 'spine.test', headers, Buffer.from('{}'));
    const { request, envelope } = gateway.routes.findLast(({ subgraph }) => subgraph === 'booking')!;
    expect(request).toMatchObject({ method: 'POST', search: '?validationToken=hear', headers });
    expect(envelope).toMatchObject({ tenant: ACME, principal: { kind: 'anonymous' } });
    const before = gateway.routes.length;
    expect((await requestWithHost(of(randomUUID()), 'spine.test', headers, Buffer.from('{}'))).status).toBe(404);
    expect((await requestWithHost(of('acme'), 'spine.test', headers, Buffer.from('{}'))).status).toBe(404);
    expect((await requestWithHost(of(ACME.id), 'globex.spine.test', headers, Buffer.from('{}'))).status).toBeGreaterThanOrEqual(400);
    expect(gateway.routes.slice(before).filter(({ subgraph }) => subgraph === 'booking')).toEqual([]);
  });

  test.each([
    '/internal/tenant?slug=acme',
    '//internal/tenant',
    '/graphql/../internal/tenant',
    '/%69nternal/tenant',
    '/internal/security-signals',
    '/nothing',
  ])('do not include GET %s', async (path) => {
    const before = gateway.routes.length;
    const { status, body } = await get(path);
    expect({ status, code: codeOf(body) }).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(gateway.routes).toHaveLength(before);
  });

  test('show a browser a page, with GraphiQL where the network is missing', async () => {
    const sandbox = await get('/graphql', { accept: 'text/html' });
    expect(sandbox.body).toContain("location.replace('/graphiql')");
    expect(sandbox.headers.get('content-security-policy')).toMatch(/script-src 'sha256-/);
    const graphiql = await get('/graphiql', { accept: 'text/html' });
    expect(graphiql.body).toContain('"subscriptionsProtocol":"WS","connectionParams":() =>');
    expect(graphiql.body).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="https?:/);
  });

  test('carry the headers that keep a browser from being misled', async () => {
    const { headers } = await get('/health/live');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});

test('stopping answers what is under way, and takes nothing new', async () => {
  const inner = createSampleEndpoints().endpoints.identity;
  let reached: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  let go: () => void = () => undefined;
  const mayGo = new Promise<void>((resolve) => (go = resolve));
  const identity: Partial<SubgraphEndpoint> = {
    async execute(request) {
      reached();
      await mayGo;
      return inner.execute(request);
    },
  };
  const stopping = await startSampleGateway({}, createSampleEndpoints({ identity }));
  const answer = stopping.ask('{ users { id } }');
  await isReached;
  const stopped = stopping.gateway.stop();
  await expect(requestWithHost(`${stopping.url}/health/live`, 'acme.spine.test')).rejects.toThrow(/ECONNREFUSED|socket hang up/);
  go();
  expect((await answer).json).toMatchObject({ data: { users: [{ id: 'u1' }, { id: 'u2' }, { id: 'u3' }] } });
  await stopped;
});

describe('starting', () => {
  test('says in one sentence that the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const second: Gateway = await createGateway({
      supergraphSdl: sampleSupergraph,
      endpoints: createSampleEndpoints().endpoints,
      config: SAMPLE_CONFIG,
      logger: createRecordingLogger().logger,
    });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program; stop that one or set PORT to another.`,
    );
    await second.stop();
    await new Promise((resolve) => other.close(resolve));
  });

  test('takes a new supergraph over and keeps the present one when the new one is not valid', async () => {
    expect(() => gateway.gateway.replaceSupergraph('type Query { a: Int }')).toThrow();
    expect((await gateway.ask('{ users { id } }')).json.errors).toBeUndefined();
  });
});
