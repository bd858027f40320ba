import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import { SCIM_PATH } from '../../_kernel/wire/scim-token.js';
import type { RouteMethod } from '../../_kernel/wire/subgraph-route.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from './protocol/attributes.js';

const PASSWORD = 'Spine-demo-1!';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Record<string, unknown>;
}

describe('a directory that would have more than is its company’s to give', () => {
  let t: TestIdentity;
  let acme: string;
  let globex: string;

  const admin = (tenant: TenantIdentity = ACME) => contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
  const services = () => t.subgraph.services;
  const ask = async (
    method: RouteMethod,
    path: string,
    of: { readonly token?: string | undefined; readonly tenant?: TenantIdentity; readonly body?: unknown } = {},
  ): Promise<Answer> => {
    const { token = acme, tenant = ACME, body } = of;
    const [pathname = '', query] = path.split('?');
    const envelope = { tenant, principal: ANONYMOUS, origin: { requestId: uuidv7(), ip: null, userAgent: null } };
    const answer = await t.host.forward(
      {
        method,
        path: SCIM_PATH + pathname,
        search: query === undefined ? '' : `?${query}`,
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
      },
      envelope,
    );
    if (!answer) throw new Error('Nobody serves SCIM');
    return { ...answer, json: answer.body === '' ? {} : (JSON.parse(answer.body) as Record<string, unknown>) };
  };
  const user = (name: string, of: object = {}) => ({ schemas: [USER_SCHEMA], userName: `${name}@acme.example`, ...of });
  const create = async (name: string, of: object = {}): Promise<string> => String((await ask('POST', '/Users', { body: user(name, of) })).json['id']);
  const group = (displayName: string, members: readonly string[], token?: string) =>
    ask('POST', '/Groups', { token, body: { schemas: [GROUP_SCHEMA], displayName, members: members.map((value) => ({ value })) } });
  const deactivate = { Operations: [{ op: 'replace', path: 'active', value: false }] };
  const enrol = (email: string, roles: readonly string[], tenant: TenantIdentity = ACME) =>
    services().enrolment.enrol(
      contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock),
      { email, displayName: email, password: PASSWORD, roles },
    );
  const rolesOf = async (email: string, tenant: TenantIdentity = ACME): Promise<readonly string[] | undefined> => {
    const { rows } = await t.runtime.pools.platform.query<{ roles: string[] }>(
      'SELECT m.roles FROM identity.membership m JOIN identity."user" u ON u.id = m.user_id WHERE u.email = $1 AND m.tenant_id = $2',
      [email, tenant.id],
    );
    return rows[0]?.roles;
  };

  beforeAll(async () => {
    t = await startTestIdentity();
    acme = (await services().scimTokens.create(admin(), { name: 'Acme' })).token;
    globex = (await services().scimTokens.create(admin(GLOBEX), { name: 'Globex' })).token;
  });
  afterAll(() => t.stop());

  it('is told nothing without a token of this very company that still counts', async () => {
    const refused = { status: 401, headers: { 'www-authenticate': 'Bearer realm="scim"' } };
    for (const token of ['', 'nonsense', globex, acme.slice(0, -1) + (acme.endsWith('A') ? 'B' : 'A'), acme.replace(/_.{32}_/, `_${GLOBEX.id.replaceAll('-', '')}_`)]) {
      expect(await ask('GET', '/Users', { token })).toMatchObject(refused);
    }
    const { token, scimToken } = await services().scimTokens.create(admin(), { name: 'Short', expiresAt: new Date(t.clock.now().getTime() + 60_000) });
    expect((await ask('GET', '/Users', { token })).status).toBe(200);
    expect((await services().scimTokens.list(admin(), {})).edges.find(({ node }) => node.id === scimToken.id)?.node.lastUsedAt).not.toBeNull();
    await services().scimTokens.revoke(admin(), scimToken.id);
    expect(await ask('GET', '/Users', { token })).toMatchObject(refused);
    const { rows } = await t.runtime.pools.platform.query('SELECT row_to_json(s)::text AS text FROM identity.scim_token s');
    expect(JSON.stringify(rows)).not.toContain(acme.slice(-43));
  });

  it('has its token made by nobody but who may manage both settings and people, just having proved who she is', async () => {
    const create_ = (principal: ReturnType<typeof memberOf>, of: object = {}) =>
      services().scimTokens.create(contextFor(ACME, principal, t.clock), { name: 'x', ...of });
    await expect(create_(memberOf(['settings:update', 'settings:read']))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(create_(memberOf(TENANT_PERMISSIONS), { defaultRole: 'OWNER' })).rejects.toMatchObject({ issues: [{ field: 'defaultRole' }] });
    const few = memberOf(['settings:update', 'users:manage']);
    await expect(create_(few, { defaultRole: 'ADMIN' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const stale = { ...memberOf(TENANT_PERMISSIONS), assurance: { level: 'aal1', at: 0 } } as ReturnType<typeof memberOf>;
    await expect(create_(stale)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(services().scimTokens.revoke(admin(GLOBEX), (await create_(memberOf(TENANT_PERMISSIONS))).scimToken.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('makes nobody an owner, and nobody more than the maker of its token was', async () => {
    const id = await create('climber');
    expect((await group('Owner', [id])).status).toBe(201);
    expect(await rolesOf('climber@acme.example')).toEqual(['USER']);
    expect(await ask('POST', '/Users', { body: user('boss', { roles: [{ value: 'OWNER' }] }) })).toMatchObject({ status: 403 });
    expect(await ask('PUT', `/Users/${id}`, { body: user('climber', { roles: [{ value: 'OWNER' }] }) })).toMatchObject({ status: 403 });
    expect(await ask('PUT', `/Users/${id}`, { body: user('climber', { roles: [{ value: 'NOTHING' }] }) })).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
    const weak = await services().scimTokens.create(contextFor(ACME, memberOf(['settings:update', 'users:manage']), t.clock), { name: 'Weak' });
    expect((await group('Admin', [id], weak.token)).status).toBe(201);
    expect(await rolesOf('climber@acme.example')).toEqual(['USER']);
    expect(await ask('PATCH', `/Users/${id}`, { token: weak.token, body: { Operations: [{ op: 'add', path: 'roles', value: [{ value: 'STAFF' }] }] } })).toMatchObject({ status: 403 });
    expect(await rolesOf('boss@acme.example')).toBeUndefined();
  });

  it('sends no owner away', async () => {
    await enrol('founder@acme.example', ['OWNER']);
    const id = await create('founder');
    expect(await ask('PATCH', `/Users/${id}`, { body: deactivate })).toMatchObject({ status: 403 });
    expect(await ask('DELETE', `/Users/${id}`)).toMatchObject({ status: 403 });
    expect(await rolesOf('founder@acme.example')).toEqual(['OWNER']);
    expect((await ask('GET', `/Users/${id}`)).json['active']).toBe(true);
  });

  it('learns nothing of somebody whom another company knows, and does nothing to her there', async () => {
    await services().registration.register(contextFor(GLOBEX, undefined, t.clock), { email: 'shared@acme.example', displayName: 'Her real name', password: PASSWORD });
    const { rows } = await t.runtime.pools.platform.query<{ id: string }>(`UPDATE identity."user" SET status = 'ACTIVE', phone = '+34600111222' WHERE email = 'shared@acme.example' RETURNING id`);
    const made = await ask('POST', '/Users', { body: user('shared') });
    const fresh = await ask('POST', '/Users', { body: user('fresh') });
    expect(Object.keys(made.json).sort()).toEqual(Object.keys(fresh.json).sort());
    expect(made.status).toBe(201);
    for (const secret of ['Her real name', '600111222', String(rows[0]?.id).replaceAll('-', ''), GLOBEX.id]) {
      expect(JSON.stringify(made.json)).not.toContain(secret);
    }
    const login = { email: 'shared@acme.example', password: PASSWORD };
    expect((await services().sessions.login(contextFor(GLOBEX, undefined, t.clock), login)).userId).toBe(rows[0]?.id);
    const here = await services().sessions.login(contextFor(ACME, undefined, t.clock), login);
    await ask('PATCH', `/Users/${String(made.json['id'])}`, { body: { Operations: [{ op: 'replace', value: { displayName: 'Renamed', active: false } }] } });
    await expect(services().sessions.refresh(contextFor(ACME, undefined, t.clock), here.refresh.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const after = await t.runtime.pools.platform.query<{ display_name: string }>(`SELECT display_name FROM identity."user" WHERE email = 'shared@acme.example'`);
    expect(after.rows).toEqual([{ display_name: 'Her real name' }]);
    expect((await services().sessions.login(contextFor(GLOBEX, undefined, t.clock), login)).userId).toBe(rows[0]?.id);
  });

  it('opens no door to whoever signed up first with an address that is not hers', async () => {
    const early = { email: 'victim@acme.example', displayName: 'Not her', password: PASSWORD };
    await services().registration.register(contextFor(GLOBEX, undefined, t.clock), early);
    await create('victim', { roles: [{ value: 'STAFF' }] });
    expect(await rolesOf('victim@acme.example')).toEqual(['STAFF']);
    await expect(services().sessions.login(contextFor(ACME, undefined, t.clock), early)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('finds another company’s people and groups as little as those who are not there', async () => {
    const theirs = await ask('POST', '/Users', { token: globex, tenant: GLOBEX, body: user('theirs') });
    const theirGroup = await ask('POST', '/Groups', { token: globex, tenant: GLOBEX, body: { displayName: 'Theirs' } });
    const unknown = `scu_${'0'.repeat(32)}`;
    const own = await create('own');
    for (const id of [String(theirs.json['id']), unknown, 'nonsense', '..%2F..']) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
        const body = method === 'PATCH' ? deactivate : user('x');
        expect(await ask(method, `/Users/${id}`, { body })).toMatchObject({ status: 404, json: { detail: 'User not found' } });
      }
      expect(await group(`With ${id}`, [own, id])).toMatchObject({ status: 400, json: { detail: 'members: one of them is not there' } });
    }
    expect((await ask('GET', `/Groups/${String(theirGroup.json['id'])}`)).status).toBe(404);
    const list = await ask('GET', '/Users?count=200');
    expect(JSON.stringify(list.json)).not.toContain('theirs');
    expect((await ask('GET', `/Users?filter=${encodeURIComponent(`id eq "${String(theirs.json['id'])}"`)}`)).json['totalResults']).toBe(0);
  });

  it('brings nothing into a query by a filter', async () => {
    await create('percent', { displayName: '100%_\\ done\'"' });
    const filtered = async (filter: string) => (await ask('GET', `/Users?filter=${encodeURIComponent(filter)}`));
    expect((await filtered('displayName co "%_\\\\ done\'\\""')).json['totalResults']).toBe(1);
    for (const filter of ['displayName co "%%"', 'displayName sw "_00"', 'userName eq "\' OR 1=1 --"', 'displayName ew "\') OR (true"']) {
      expect((await filtered(filter)).json['totalResults']).toBe(0);
    }
    for (const filter of ['password eq "x"', 'user_name eq "x"', 'constructor pr', '__proto__ pr', 'emails.nothing eq "x"', 'userName[value eq "x"]', 'active gt true', 'meta.created gt "yesterday"', "1=1; DROP TABLE x"]) {
      expect(await filtered(filter)).toMatchObject({ status: 400, json: { scimType: 'invalidFilter', status: '400' } });
    }
  });

  it('is answered in the words of SCIM whatever it sends', async () => {
    const bad = async (method: RouteMethod, path: string, body?: unknown) => {
      const { status, json } = await ask(method, path, { body });
      return [status, json['scimType'], (json['schemas'] as string[] | undefined)?.[0]];
    };
    const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
    expect(await bad('POST', '/Users', '{')).toEqual([400, 'invalidSyntax', ERROR]);
    expect(await bad('POST', '/Users', [])).toEqual([400, 'invalidSyntax', ERROR]);
    expect(await bad('POST', '/Users', { schemas: [GROUP_SCHEMA], userName: 'x' })).toEqual([400, 'invalidSyntax', ERROR]);
    expect(await bad('POST', '/Users', { schemas: [USER_SCHEMA] })).toEqual([400, 'invalidValue', ERROR]);
    expect(await bad('POST', '/Users', { userName: 'no-address' })).toEqual([400, 'invalidValue', ERROR]);
    expect(await bad('POST', '/Users', { userName: 'a@b.example', displayName: 'a\0b' })).toEqual([400, 'invalidValue', ERROR]);
    expect(await bad('POST', '/Users', { userName: 'x'.repeat(1_000) })).toEqual([400, 'invalidValue', ERROR]);
    expect(await bad('POST', '/Groups', { displayName: 'Nested', members: [{ value: 'scg_x', type: 'Group' }] })).toEqual([400, 'invalidValue', ERROR]);
    expect(await bad('PATCH', '/Users', deactivate)).toEqual([405, undefined, ERROR]);
    expect(await bad('GET', '/Nothing')).toEqual([404, undefined, ERROR]);
    expect(await bad('GET', '/Me')).toEqual([404, undefined, ERROR]);
    expect(await bad('GET', '/Users/x/y')).toEqual([404, undefined, ERROR]);
  });

  it('creates one person when it asks for her twenty times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/Users', { body: user('crowd') })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, json }) => status === 409 && json['scimType'] === 'uniqueness')).toHaveLength(19);
  });

  it('takes no more seats than the plan has, all members of a request or none', async () => {
    const small = { ...ACME, id: uuidv7(), slug: 'small', plan: 'STARTER' } as const;
    const { token } = await services().scimTokens.create(admin(small), { name: 'Small' });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.push(String((await ask('POST', '/Users', { token, tenant: small, body: user(`small-${name}`) })).json['id']));
    const body = { displayName: 'STAFF', members: ids.map((value) => ({ value })) };
    expect(await ask('POST', '/Groups', { token, tenant: small, body })).toMatchObject({ status: 403 });
    for (const name of ['one', 'two', 'three']) expect(await rolesOf(`small-${name}@acme.example`, small)).toEqual(['USER']);
    expect(await ask('POST', '/Groups', { token, tenant: small, body: { ...body, members: body.members.slice(0, 2) } })).toMatchObject({ status: 201 });
  });

  describe('and asks for much at once', () => {
    const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
    const bulk = async (operations: readonly object[], of: object = {}, token = acme) => {
      const body = { schemas: [BULK], Operations: operations, ...of };
      const { status, json } = await ask('POST', '/Bulk', { body, token });
      return { status, json, done: (json['Operations'] ?? []) as readonly Record<string, unknown>[] };
    };
    const made = (name: string, of: object = {}) => ({ method: 'POST', path: '/Users', bulkId: name, data: user(name, of) });
    const idOf = ({ location }: Record<string, unknown>): string => String(location).split('/').at(-1) ?? '';

    it('is told how much that may be', async () => {
      const { json } = await ask('GET', '/ServiceProviderConfig');
      expect(json['bulk']).toEqual({ supported: true, maxOperations: 200, maxPayloadSize: 1_000_000 });
    });

    it('may speak of what it has made in the same request, in whatever order', async () => {
      const members = [{ value: 'bulkId:bulk-one' }, { value: 'bulkId:bulk-two' }];
      const { status, done } = await bulk([
        { method: 'POST', path: '/Groups', bulkId: 'all', data: { schemas: [GROUP_SCHEMA], displayName: 'STAFF', members } },
        made('bulk-one'),
        made('bulk-two', { title: 'Two' }),
        { method: 'patch', path: '/Users/bulkId:bulk-two', data: { Operations: [{ op: 'replace', path: 'title', value: 'Deux' }] } },
      ]);
      expect(status).toBe(200);
      expect(done.map((one) => [one['method'], one['bulkId'], one['status']])).toEqual([
        ['POST', 'all', '201'],
        ['POST', 'bulk-one', '201'],
        ['POST', 'bulk-two', '201'],
        ['PATCH', undefined, '200'],
      ]);
      expect(done[0]).toMatchObject({ location: expect.stringMatching(/\/Groups\/scg_[0-9a-f]{32}$/), version: expect.stringMatching(/^W\//) });
      expect(done[3]?.['location']).toBe(done[2]?.['location']);
      expect((await ask('GET', `/Users/${idOf(done[2] ?? {})}`)).json['title']).toBe('Deux');
      expect(await rolesOf('bulk-one@acme.example')).toEqual(expect.arrayContaining(['STAFF']));
      expect(await bulk([{ method: 'DELETE', path: `/Groups/${idOf(done[0] ?? {})}` }])).toMatchObject({ done: [{ method: 'DELETE', status: '204' }] });
    });

    it('has what can be done done, and is told what was refused and why', async () => {
      const { done } = await bulk([
        made('partly-one'),
        made('partly-one-again', { userName: 'partly-one@acme.example' }),
        { method: 'DELETE', path: `/Users/scu_${'0'.repeat(32)}` },
        { method: 'PUT', path: '/Users/bulkId:nobody', data: user('nobody') },
        made('partly-two'),
      ]);
      expect(done.map(({ status }) => status)).toEqual(['201', '409', '404', '409', '201']);
      expect(done[1]).toMatchObject({ bulkId: 'partly-one-again', response: { scimType: 'uniqueness', status: '409' } });
      expect(done[1]).not.toHaveProperty('location');
      expect(done[3]).toMatchObject({ response: { detail: 'Nothing was made as bulkId:nobody' } });
    });

    it('stops after as many errors as it would bear', async () => {
      const gone = { method: 'DELETE', path: `/Users/scu_${'0'.repeat(32)}` };
      const { done } = await bulk([gone, made('before-the-end'), gone, made('after-the-end')], { failOnErrors: 2 });
      expect(done.map(({ status }) => status)).toEqual(['404', '201', '404']);
      expect(await rolesOf('after-the-end@acme.example')).toBeUndefined();
    });

    it('cannot speak of two that need one another', async () => {
      const manager = (name: string) => ({ [ENTERPRISE_SCHEMA]: { manager: { value: `bulkId:${name}` } } });
      const { done } = await bulk([made('egg', manager('hen')), made('hen', manager('egg')), made('cock')]);
      expect(done.map(({ bulkId, status }) => [bulkId, status])).toEqual([
        ['egg', '409'],
        ['hen', '409'],
        ['cock', '201'],
      ]);
    });

    it('changes nothing that was changed by another since it looked', async () => {
      const id = await create('versioned');
      const change = { method: 'PATCH', path: `/Users/${id}`, version: 'W/"7"', data: deactivate };
      expect((await bulk([change])).done).toMatchObject([{ status: '412' }]);
      expect((await ask('GET', `/Users/${id}`)).json['active']).toBe(true);
    });

    it('has no more power and sees no further than with one request for each', async () => {
      const theirs = await ask('POST', '/Users', { token: globex, tenant: GLOBEX, body: user('bulk-theirs') });
      const { done } = await bulk([
        { method: 'DELETE', path: `/Users/${String(theirs.json['id'])}` },
        made('bulk-boss', { roles: [{ value: 'OWNER' }] }),
      ]);
      expect(done.map(({ status }) => status)).toEqual(['404', '403']);
      expect((await bulk([made('x')], {}, globex)).status).toBe(401);
    });

    it.each<[number, string | undefined, readonly object[], object]>([
      [400, 'invalidSyntax', [{ method: 'POST', path: '/Users', bulkId: 'a' }], { schemas: [USER_SCHEMA] }],
      [400, 'invalidValue', [], {}],
      [400, 'invalidValue', [{ method: 'GET', path: '/Users' }], {}],
      [400, 'invalidValue', [{ method: 'POST', path: '/Users' }], {}],
      [400, 'invalidValue', [{ method: 'POST', path: '/Users/scu_x', bulkId: 'a' }], {}],
      [400, 'invalidValue', [{ method: 'DELETE', path: '/Users' }], {}],
      [400, 'invalidValue', [{ method: 'POST', path: '/Bulk', bulkId: 'a' }], {}],
      [400, 'invalidValue', [{ method: 'DELETE', path: '/Users/../Groups' }], {}],
      [400, 'invalidValue', [{ method: 'POST', path: '/Users', bulkId: 'a' }, { method: 'POST', path: '/Users', bulkId: 'a' }], {}],
      [400, 'invalidValue', [{ method: 'DELETE', path: '/Users/x' }], { failOnErrors: 0 }],
      [413, undefined, Array.from({ length: 201 }, () => ({ method: 'DELETE', path: '/Users/x' })), {}],
    ])('is refused with %p %p what is no such request', async (status, scimType, operations, of) => {
      const refused = await bulk(operations, of);
      expect([refused.status, refused.json['scimType']]).toEqual([status, scimType]);
    });

    it('is refused what is longer than it may be', async () => {
      expect((await ask('POST', '/Bulk', { body: ' '.repeat(1_000_001) })).status).toBe(413);
      expect((await ask('GET', '/Bulk')).status).toBe(405);
    });
  });
});
