import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '../../clients/cli/graph.js';
import { BookingId } from '../../subgraphs/booking/ids.js';
import { eventually } from '../support/runtime.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { DEMO_PASSWORD, graphOf, signIn } from './main-job.js';

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly text: string;
  readonly cookies: readonly string[];
}

const SAMPLE = { metrics: { failed_logins_1h: 150 }, context: {} };
const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { ... on AuthPayload { accessToken } } }';

describe('operations over plain HTTP', () => {
  let platform: TestPlatform;
  let owner: Graph;
  let ownersToken: string;
  let clientsToken: string;

  const send = (method: string, path: string, of: { body?: unknown; token?: string; host?: string; type?: string; headers?: Readonly<Record<string, string>> } = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { body, token, host = 'acme.localhost', type = 'application/json' } = of;
      const headers = { host, ...of.headers, ...(body === undefined ? {} : { 'content-type': type }), ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const sent = request(`${platform.url}${path}`, { method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const isJson = (response.headers['content-type'] ?? '').includes('json');
          const cookies = response.headers['set-cookie'] ?? [];
          resolve({ status: response.statusCode ?? 0, text, cookies, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  const tokenOf = async (email: string): Promise<string> => {
    const { data } = await graphOf(platform.url, 'acme').ask<{ login: { accessToken: string } }>(LOGIN, { input: { email, password: DEMO_PASSWORD } });
    return data?.login.accessToken ?? '';
  };

  beforeAll(async () => {
    platform = await startTestPlatform({ environment: { APP_ENV: 'production' } });
    owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    ownersToken = await tokenOf('owner@acme.example');
    clientsToken = await tokenOf('client@acme.example');
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('raises what was measured, and says what to do', async () => {
    const { status, json } = await send('POST', '/api/ops/auth', { body: SAMPLE, token: ownersToken });
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      incidents: [
        {
          event: {
            event_id: expect.any(String),
            incident_type: 'FAILED_LOGINS_SPIKE',
            severity_guess: 2,
            occurred_at: expect.any(String),
            metrics_snapshot: { failed_logins_1h: 150 },
            tenant_id: expect.stringMatching(/^tnt_/),
          },
          response: {
            decision: 'Contain likely brute force and protect legitimate users.',
            steps: expect.arrayContaining([expect.any(String)]),
            risks: expect.any(Array),
            recommended_flags: expect.arrayContaining([{ key: 'auth.rateLimit.strict', value: true, reason: expect.any(String) }]),
            rollback_plan: expect.arrayContaining(['Disable rate limiting if false positives spike']),
            classification: expect.any(String),
          },
        },
      ],
    });
    const { data } = await owner.ask<{ incidents: { edges: object[] } }>('{ incidents(filter: { types: ["FAILED_LOGINS_SPIKE"] }) { edges { node { id } } } }');
    expect(data?.incidents.edges).toHaveLength(1);
  });

  it('asks for the same proof and the same permission as the graph', async () => {
    expect(await send('POST', '/api/ops/auth', { body: SAMPLE })).toMatchObject({
      status: 401,
      json: { ok: false, error: { code: 'UNAUTHENTICATED', message: expect.any(String), requestId: expect.any(String) } },
    });
    const client = { body: SAMPLE, token: clientsToken };
    expect(await send('POST', '/api/ops/auth', client)).toMatchObject({ status: 403, json: { ok: false } });
    expect(await send('GET', '/api/ops/auth/metrics', { token: clientsToken })).toMatchObject({ status: 403, json: { ok: false } });
    expect((await send('POST', '/api/ops/auth', { body: SAMPLE, token: ownersToken, host: 'globex.localhost' })).status).toBe(403);
    expect((await send('POST', '/api/ops/auth', { body: SAMPLE, token: 'nonsense' })).status).toBe(401);
  });

  it('says what is amiss with what was sent', async () => {
    for (const body of ['{', '[]', '"text"', '{"metrics":{"failed_logins_1h":-1}}', '{}']) {
      expect(await send('POST', '/api/ops/auth', { body, token: ownersToken })).toMatchObject({ status: 400, json: {} });
    }
    expect((await send('POST', '/api/ops/auth', { body: SAMPLE, token: ownersToken, type: 'text/plain' })).status).toBe(400);
    expect((await send('GET', '/api/ops/auth/metrics?window=9y', { token: ownersToken })).status).toBe(400);
    expect((await send('PUT', '/api/ops/auth', { token: ownersToken })).status).toBe(405);
  });

  it('counts what goes wrong with signing in', async () => {
    const countOf = async () => {
      const { status, json } = await send('GET', '/api/ops/auth/metrics?window=1h', { token: ownersToken });
      expect(status).toBe(200);
      expect(json).toMatchObject({ ok: true, window: '1h', at: expect.any(String) });
      return (json['metrics'] as Record<string, number>)['failed_logins_1h'] ?? 0;
    };
    const before = await countOf();
    for (let n = 0; n < 3; n += 1) {
      await graphOf(platform.url, 'acme').ask(LOGIN, { input: { email: 'client@acme.example', password: 'wrong' } });
    }
    await eventually(async () => (await countOf()) === before + 3);
  });

  it('counts what was asked of the company, what was turned down, and what was amiss', async () => {
    interface Figures {
      readonly requests: number;
      readonly refused: number;
      readonly errors: number;
      readonly incidents: { readonly raised: number };
    }
    const ask = '{ operationalMetrics { requests refused errors incidents { raised } } }';
    const figures = await eventually(async () => {
      const { data } = await owner.ask<{ operationalMetrics: Figures }>(ask);
      const found = data?.operationalMetrics;
      return found && found.refused > 0 && found.requests > found.refused && found;
    }, 30_000);
    expect(figures.errors).toBeLessThan(figures.requests);
    expect(figures.incidents.raised).toBeGreaterThan(0);
    const asClient = await graphOf(platform.url, 'acme').as(clientsToken).ask(ask);
    expect(asClient.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
  });

  it('does what the advice says, and tells what that has changed', async () => {
    const { data } = await owner.ask<{ incidents: { edges: { node: { id: string } }[] } }>('{ incidents { edges { node { id } } } }');
    const body = { incident_id: data?.incidents.edges[0]?.node.id, action: 'BLOCK_SIGNUPS', reason: 'a wave of them' };
    expect(await send('POST', '/api/ops/auth/actions', { body })).toMatchObject({ status: 401 });
    const { status, json } = await send('POST', '/api/ops/auth/actions', { body, token: ownersToken });
    expect([status, json]).toEqual([
      200,
      { ok: true, applied: [{ key: 'auth.blockNewSignups', before: null, after: true }], blocked: [], audit_id: expect.any(String) },
    ]);
    const unknown = { ...body, incident_id: 'inc_0190aaaa000070008000000000000000' };
    expect(await send('POST', '/api/ops/auth/actions', { body: unknown, token: ownersToken })).toMatchObject({ status: 404 });
  });

  it('tells its figures to staff of the platform alone, as production runs it', async () => {
    expect((await send('GET', '/api/metrics')).status).toBe(401);
    expect((await send('GET', '/api/metrics', { token: ownersToken })).status).toBe(403);
    const { data } = await graphOf(platform.url).ask<{ adminLogin: { accessToken: string } }>(
      'mutation($input: AdminLoginInput!) { adminLogin(input: $input) { ... on AdminAuthPayload { accessToken } } }',
      { input: { email: 'admin@spine.example', password: DEMO_PASSWORD } },
    );
    const figures = await send('GET', '/api/metrics', { token: data?.adminLogin.accessToken ?? '', host: 'localhost' });
    expect([figures.status, figures.text]).toEqual([200, expect.stringContaining('spine_gateway_operation_seconds_count')]);
  });

  it('hands a calendar to whoever knows its address, at its company and at the platform, and nowhere else', async () => {
    const client = graphOf(platform.url, 'acme').as(clientsToken);
    const dataOf = async <Data>(source: string, variables: object): Promise<Data> => {
      const { data, errors } = await client.ask<Data>(source, { ...variables });
      if (!data) throw new Error(JSON.stringify(errors));
      return data;
    };
    const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const offered = await dataOf<{ providers: { edges: { node: { id: string; offerings: { service: { id: string } }[] } }[] } }>(
      '{ providers(search: "advice", first: 1) { edges { node { id offerings { service { id } } } } } }',
      {},
    );
    const provider = offered.providers.edges[0]?.node;
    const wanted = { serviceId: provider?.offerings[0]?.service.id, providerId: provider?.id };
    const { availableSlots } = await dataOf<{ availableSlots: { edges: { node: { startsAt: string } }[] } }>(
      'query($serviceId: ID!, $providerId: ID!, $from: LocalDate!) { availableSlots(serviceId: $serviceId, providerId: $providerId, from: $from, days: 7, first: 1) { edges { node { startsAt } } } }',
      { ...wanted, from },
    );
    const { createBooking } = await dataOf<{ createBooking: { id: string } }>(
      'mutation($input: CreateBookingInput!) { createBooking(input: $input) { ... on Booking { id } } }',
      { input: { ...wanted, startsAt: availableSlots.edges[0]?.node.startsAt, idempotencyKey: `calendar-${Date.now()}` } },
    );
    const { createCalendarFeed } = await dataOf<{ createCalendarFeed: { url: string } }>(
      'mutation { createCalendarFeed(input: {}) { ... on IssuedCalendarFeed { url } } }',
      {},
    );
    const { pathname } = new URL(createCalendarFeed.url);
    const [atCompany, atPlatform, elsewhere] = [
      await send('GET', pathname),
      await send('GET', pathname, { host: 'localhost' }),
      await send('GET', pathname, { host: 'globex.localhost' }),
    ];
    expect([atCompany.status, atPlatform.status, elsewhere.status]).toEqual([200, 200, 403]);
    expect(atCompany.text).toMatch(/^BEGIN:VCALENDAR\r\n/);
    expect(atCompany.text.replaceAll('\r\n ', '')).toContain(`UID:${String(BookingId.decode(createBooking.id))}@`);
    expect(atPlatform.text).toBe(atCompany.text);
    expect(elsewhere.text).not.toContain('VCALENDAR');
    expect((await send('GET', pathname.replace(/[^/]+$/, 'cal_nothing.ics'))).status).toBe(404);
  });

  describe('for platform staff', () => {
    const AUTH = '/api/admin/auth';
    const TENANTS = '/api/admin/tenants';
    const at = { host: 'localhost' };
    const signInBy = (email = 'admin@spine.example', password = DEMO_PASSWORD): Promise<Reply> =>
      send('POST', `${AUTH}/login`, { ...at, body: { email, password } });
    const cookieIn = ({ cookies }: Reply): string => cookies[0]?.split(';')[0] ?? '';
    const refreshBy = (cookie: string, headers: Readonly<Record<string, string>> = { 'apollo-require-preflight': '1' }): Promise<Reply> =>
      send('POST', `${AUTH}/refresh`, { ...at, headers: { ...headers, ...(cookie ? { cookie } : {}) } });
    const verifyBy = (token?: string): Promise<Reply> => send('GET', `${AUTH}/verify`, { ...at, ...(token ? { token } : {}) });

    it('signs in with a token in the answer, and what renews it in a cookie that scripts and other sites do not see', async () => {
      const signedIn = await signInBy();
      expect(signedIn).toMatchObject({
        status: 200,
        json: { ok: true, user: { email: 'admin@spine.example', role: 'SUPER_ADMIN', lastLoginAt: expect.any(String) }, accessToken: expect.any(String) },
        cookies: [expect.stringMatching(/^refreshToken=[^;]{40,}; Path=\/api\/admin\/auth; Max-Age=604800; HttpOnly; SameSite=Strict$/)],
      });
      expect(signedIn.text).not.toContain(cookieIn(signedIn).slice('refreshToken='.length));
      const token = String(signedIn.json['accessToken']);
      const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iat: number; exp: number };
      expect(exp - iat).toBe(900);
      expect(await verifyBy(token)).toMatchObject({ status: 200, json: { ok: true, user: { email: 'admin@spine.example' } } });
      for (const bad of [undefined, `${token}x`]) expect(await verifyBy(bad)).toMatchObject({ status: 401 });
      expect(await send('GET', `${AUTH}/verify`, { token: ownersToken })).toMatchObject({ status: 401 });
      const [known, unknown] = [await signInBy('admin@spine.example', 'Wrong-pass-1!'), await signInBy('nobody@spine.example', 'Wrong-pass-1!')];
      const said = ({ status, json, cookies }: Reply) => ({ status, error: { ...(json['error'] as object), requestId: '' }, cookies });
      expect(said(known)).toMatchObject({ status: 401, cookies: [] });
      expect(said(known)).toEqual(said(unknown));
    });

    it('renews a token by the cookie, once, and for nobody whose browser another page has made ask', async () => {
      const first = cookieIn(await signInBy());
      for (const headers of [{}, { 'content-type': 'text/plain' }]) expect(await refreshBy(first, headers)).toMatchObject({ status: 403, cookies: [] });
      expect(await refreshBy('')).toMatchObject({ status: 401, cookies: [] });
      expect(await refreshBy('refreshToken=made-up')).toMatchObject({ status: 401, cookies: [] });
      const renewed = await refreshBy(first);
      expect(renewed).toMatchObject({ status: 200, json: { ok: true, accessToken: expect.any(String) } });
      expect(cookieIn(renewed)).not.toBe(first);
      expect(await verifyBy(String(renewed.json['accessToken']))).toMatchObject({ status: 200 });
      expect(await refreshBy(first)).toMatchObject({ status: 401 });
      expect(await refreshBy(cookieIn(renewed))).toMatchObject({ status: 401 });
    });

    it('signs out: the cookie is taken away, and worth nothing where it was kept', async () => {
      const signedIn = await signInBy();
      const token = String(signedIn.json['accessToken']);
      expect(await send('POST', `${AUTH}/logout`, at)).toMatchObject({ status: 401, cookies: [] });
      expect(await send('POST', `${AUTH}/logout`, { ...at, token })).toMatchObject({
        status: 200,
        json: { ok: true, message: expect.any(String) },
        cookies: ['refreshToken=; Path=/api/admin/auth; Max-Age=0; HttpOnly; SameSite=Strict'],
      });
      expect(await refreshBy(cookieIn(signedIn))).toMatchObject({ status: 401 });
      await eventually(async () => (await verifyBy(token)).status === 401);
    });

    it('looks after companies by the same rules as the graph', async () => {
      const token = String((await signInBy()).json['accessToken']);
      const staff = { ...at, token };
      const made = { name: 'Initech', subdomain: 'initech-http', plan: 'PERFORMANCE', timeZone: 'America/Toronto', currency: 'CAD' };
      const created = await send('POST', TENANTS, { ...staff, body: made });
      expect(created).toMatchObject({ status: 201, json: { ok: true, tenant: { ...made, status: 'ACTIVE', deletedAt: null } } });
      const { id } = created.json['tenant'] as { id: string };
      expect(await send('POST', TENANTS, { ...staff, body: made })).toMatchObject({ status: 409, json: { error: { code: 'CONFLICT' } } });
      for (const [wrong, named] of [[{ ...made, subdomain: 'a b' }, /slug/], [{ ...made, colour: 'red' }, /colour/], [{ name: 'Initech' }, /slug/], ['[]', /JSON object/]] as const) {
        const refused = await send('POST', TENANTS, { ...staff, body: wrong });
        expect(refused).toMatchObject({ status: 400, json: { ok: false, error: { code: 'BAD_USER_INPUT', message: expect.stringMatching(named) } } });
      }

      expect(await send('PATCH', `${TENANTS}/${id}`, { ...staff, body: { name: 'Initech II' } })).toMatchObject({ status: 200, json: { tenant: { ...made, name: 'Initech II' } } });
      expect(await send('GET', `${TENANTS}/${id}`, staff)).toMatchObject({ status: 200, json: { tenant: { name: 'Initech II', features: expect.any(Array), owners: [] } } });

      const page = await send('GET', `${TENANTS}?status=ACTIVE&limit=1`, staff);
      expect(page).toMatchObject({ status: 200, json: { tenants: [expect.anything()], pagination: { hasMore: true, next: expect.any(String) } } });
      const { total, next } = page.json['pagination'] as { total: number; next: string };
      expect(total).toBeGreaterThanOrEqual(3);
      const rest = await send('GET', `${TENANTS}?status=ACTIVE&limit=500&after=${encodeURIComponent(next)}`, staff);
      expect(rest.json).toMatchObject({ pagination: { hasMore: false, next: null } });
      expect(rest.json['tenants']).toHaveLength(total - 1);
      expect((await send('GET', `${TENANTS}?search=initech-h&plan=PERFORMANCE`, staff)).json).toMatchObject({ tenants: [{ id }], pagination: { total: 1 } });
      for (const query of ['status=GONE', 'limit=many', 'offset=2']) {
        expect(await send('GET', `${TENANTS}?${query}`, staff)).toMatchObject({ status: 400, json: { error: { code: 'BAD_USER_INPUT' } } });
      }

      expect(await send('DELETE', `${TENANTS}/${id}`, staff)).toMatchObject({ status: 200, json: { message: expect.any(String), tenant: { id, deletedAt: expect.any(String) } } });
      expect((await send('GET', `${TENANTS}?search=initech-h`, staff)).json).toMatchObject({ tenants: [], pagination: { total: 0 } });

      for (const unknown of ['tnt_00000000000070008000000000000001', 'nonsense', `${id}/x`, '']) {
        expect(await send('GET', `${TENANTS}/${unknown}`, staff)).toMatchObject({ status: 404 });
        expect(await send('PATCH', `${TENANTS}/${unknown}`, { ...staff, body: {} })).toMatchObject({ status: 404 });
      }
      for (const method of ['GET', 'POST']) {
        const body = method === 'POST' ? { body: made } : {};
        expect(await send(method, TENANTS, { ...at, ...body })).toMatchObject({ status: 401 });
        expect(await send(method, TENANTS, { token: ownersToken, ...body })).toMatchObject({ status: 403 });
      }
    });
  });

  it('says how it is', async () => {
    const { status, json } = await send('GET', '/health');
    expect(status).toBe(200);
    expect(json).toMatchObject({ ok: true, tsISO: expect.any(String), checks: expect.arrayContaining([{ name: 'ops', ok: true }]) });
  });

  it('describes every route that it has', async () => {
    const { status, json } = await send('GET', '/api/openapi.json');
    expect(status).toBe(200);
    const paths = json['paths'] as Record<string, Record<string, unknown>>;
    for (const path of ['/graphql', '/api/ops/auth', '/api/ops/auth/actions', '/api/ops/auth/metrics', '/api/metrics', '/api/openapi.json', '/health', '/witness/add-checkpoint', '/api/admin/auth/login', '/api/admin/tenants', '/api/admin/tenants/{tenantId}']) {
      expect(Object.keys(paths)).toContain(path);
    }
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => (operation as { operationId: string }).operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps every change in the audit trail, and every refused one', async () => {
    const { data: incidents } = await owner.ask<{ incidents: { edges: { node: { id: string } }[] } }>('{ incidents { edges { node { id } } } }');
    const id = incidents?.incidents.edges[0]?.node.id;
    await graphOf(platform.url, 'acme').as(clientsToken).ask('mutation($id: ID!) { acknowledgeIncident(id: $id) { __typename } }', { id });
    await owner.ask('mutation($id: ID!) { acknowledgeIncident(id: $id) { __typename } }', { id });
    await owner.ask('mutation { acknowledgeIncident(id: "inc_0190aaaa000070008000000000000000") { __typename } }');
    interface Entry {
      readonly meta: Record<string, unknown>;
      readonly actorKind: string;
      readonly ip: string | null;
      readonly requestId: string;
    }
    const entries = await eventually(async () => {
      const { data } = await owner.ask<{ auditEntries: { edges: { node: Entry }[] } }>('{ auditEntries(first: 100) { edges { node { action actorKind ip userAgent requestId meta } } } }');
      const found = (data?.auditEntries.edges ?? []).map(({ node }) => node).filter(({ meta }) => meta['operation'] === 'acknowledgeIncident');
      return found.length >= 3 && found;
    });
    const told = entries.map(({ meta }) => [meta['by'], meta['outcome'], meta['code'], meta['status']]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['gateway', 'refused', 'UNAUTHORIZED_FIELD_OR_TYPE', 403],
        ['ops', 'done', null, 200],
        ['ops', 'refused', 'NOT_FOUND', 404],
      ]),
    );
    expect(entries.find(({ meta }) => meta['outcome'] === 'done')?.meta['named']).toEqual([id]);
    for (const { actorKind, ip } of entries) expect([actorKind, ip]).toEqual(['MEMBER', '127.0.0.1']);
    const { data } = await owner.ask('{ auditEntries(first: 100) { edges { node { meta } } } }');
    expect(JSON.stringify(data)).not.toMatch(/wrong|owner@acme|Spine-demo/);
  });
});
