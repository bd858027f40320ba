import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from '../../../tests/support/runtime.js';
import { ACME, GLOBEX } from '../../support/sample-endpoints.js';
import { requestWithHost, startSampleGateway, type SampleGateway } from '../../support/sample-gateway.js';
import { createSampleRegister, partnerStrategy, sha256, type SampleRegister } from '../../support/sample-partners.js';

const USERS = 'query Users { users { id } }';
const RENAME = 'mutation Rename($id: ID!, $name: String!) { rename(id: $id, name: $name) { name } }';
const ONE_USER = 'query OneUser($id: ID!) { user(id: $id) { name } }';
const PULSE = 'subscription Pulse { pulse(count: 2) { id } }';
const OLD = 'query Old { users { name } }';
const GONE = 'query Gone { users { nickname } }';
const OTHERS = 'query Others { users { visits } }';
const GLOBEXS = 'query Globexs { media { id } }';
const PREFLIGHT = { 'apollo-require-preflight': 'true' };
const IN_A_CENTURY = '2126-01-01T00:00:00.000Z';

const named = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
  readonly codes: readonly unknown[];
  readonly json: { readonly data?: unknown; readonly extensions?: Record<string, unknown>; readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[] };
}

describe('operations named by an id', () => {
  let register: SampleRegister;
  let gateway: SampleGateway;
  let now = Date.now();
  const ids: Record<'users' | 'rename' | 'oneUser' | 'pulse' | 'old' | 'gone' | 'others' | 'globexs', string> = {
    users: '', rename: '', oneUser: '', pulse: '', old: '', gone: '', others: '', globexs: '',
  };

  const got = ({ status, headers, body }: { status: number; headers: Headers; body: string }): Got => {
    const json = (body === '' ? {} : JSON.parse(body)) as Got['json'];
    return { status, headers, json, data: json.data, codes: (json.errors ?? []).map(({ extensions }) => extensions['code']) };
  };
  const post = async (body: unknown, authorization = 'Partner kiosk', host = 'acme.spine.test', headers = {}): Promise<Got> =>
    got(await requestWithHost(`${gateway.url}/graphql`, host, { 'content-type': 'application/json', authorization, ...headers }, JSON.stringify(body)));
  const get = async (query: Record<string, string>, authorization = 'Partner kiosk', headers: Record<string, string> = PREFLIGHT): Promise<Got> =>
    got(await requestWithHost(`${gateway.url}/graphql?${new URLSearchParams(query).toString()}`, 'acme.spine.test', { authorization, ...headers }));

  class SocketToAcme extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { headers: { host: 'acme.spine.test' } });
    }
  }
  const follow = async (payload: Record<string, unknown>, authorization = 'Partner kiosk'): Promise<{ results: Got['json'][]; codes: unknown[] }> => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: SocketToAcme,
      connectionParams: { authorization },
      retryAttempts: 0,
      // This client insists on a query that others leave out.
      jsonMessageReplacer: (key, value: unknown) => (key === 'query' && value === '' ? undefined : value),
    });
    const results: Got['json'][] = [];
    try {
      for await (const result of client.iterate({ query: '', ...payload })) results.push(result as Got['json']);
      return { results, codes: results.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions['code'])) };
    } catch (error) {
      if (!Array.isArray(error)) throw error;
      return { results, codes: (error as { extensions: { code: unknown } }[]).map(({ extensions }) => extensions.code) };
    } finally {
      await client.dispose();
    }
  };
  const metrics = async (): Promise<string> => (await requestWithHost(`${gateway.url}/metrics`, 'acme.spine.test')).body;

  beforeAll(async () => {
    register = createSampleRegister();
    const kiosks = { tenant: ACME, client: 'kiosk' };
    ids.users = register.register({ ...kiosks, body: USERS });
    ids.rename = register.register({ ...kiosks, body: RENAME });
    ids.oneUser = register.register({ ...kiosks, body: ONE_USER });
    ids.pulse = register.register({ ...kiosks, body: PULSE });
    ids.old = register.register({
      ...kiosks,
      body: OLD,
      retirement: { announcedAt: '2026-01-01T00:00:00.000Z', sunsetAt: IN_A_CENTURY, replacement: ids.users },
    });
    ids.gone = register.register({
      ...kiosks,
      body: GONE,
      retirement: { announcedAt: '2026-01-01T00:00:00.000Z', sunsetAt: '2026-02-01T00:00:00.000Z', replacement: ids.users },
    });
    ids.others = register.register({ tenant: ACME, client: 'other', body: OTHERS });
    ids.globexs = register.register({ tenant: GLOBEX, client: 'kiosk', body: GLOBEXS });
    gateway = await startSampleGateway({}, register.sample, { strategies: [partnerStrategy], now: () => now });
  });
  afterAll(() => gateway.gateway.stop());

  const users = { users: [{ id: 'u1' }, { id: 'u2' }, { id: 'u3' }] };

  it('run over POST in each of the ways an id is written', async () => {
    for (const body of [
      { extensions: named(ids.users) },
      { documentId: `sha256:${ids.users}` },
      { id: ids.users },
      { documentId: ids.users, extensions: named(ids.users), operationName: 'Users' },
    ]) {
      await expect(post(body)).resolves.toMatchObject({ status: 200, data: users });
    }
    await expect(post({ extensions: named(ids.oneUser), variables: { id: 'u2' } })).resolves.toMatchObject({ data: { user: { name: 'User u2' } } });
    const renamed = await post({ extensions: named(ids.rename), variables: { id: 'u1', name: 'Ana' } });
    expect(renamed.data).toEqual({ rename: { name: 'Ana' } });
  });

  it('run over GET, in a form that caches keep', async () => {
    const query = { extensions: JSON.stringify(named(ids.oneUser)), variables: '{"id":"u1"}' };
    const first = await get(query);
    expect(first).toMatchObject({ status: 200, data: { user: { name: 'User u1' } } });
    expect(first.headers.get('cache-control')).toBe('private, max-age=0, must-revalidate');
    expect(first.headers.get('vary')).toContain('authorization');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    const again = await get(query, 'Partner kiosk', { ...PREFLIGHT, 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, json: {} });
    const another = await get({ documentId: ids.oneUser, variables: '{"id":"u2"}' }, 'Partner kiosk', { ...PREFLIGHT, 'if-none-match': etag });
    expect(another).toMatchObject({ status: 200, data: { user: { name: 'User u2' } } });
    const failed = await get({ documentId: ids.oneUser });
    expect(failed.headers.get('etag')).toBeNull();
  });

  it('keep the rules of GET: no mutations, and nothing a form could send', async () => {
    const mutation = { extensions: JSON.stringify(named(ids.rename)), variables: '{"id":"u1","name":"Ana"}' };
    const before = gateway.calls.length;
    await expect(get(mutation)).resolves.toMatchObject({ status: 405 });
    await expect(get({ documentId: ids.users }, 'Partner kiosk', {})).resolves.toMatchObject({ status: 400 });
    expect(gateway.calls).toHaveLength(before);
  });

  it('run over WebSocket without any text', async () => {
    await expect(follow({ extensions: named(ids.pulse) })).resolves.toMatchObject({ results: [{ data: { pulse: { id: 'b1' } } }, { data: { pulse: { id: 'b2' } } }], codes: [] });
    await expect(follow({ documentId: ids.users })).resolves.toMatchObject({ results: [{ data: users }] });
  });

  it('are all that a confined key runs, whatever way it tries', async () => {
    const before = gateway.calls.length;
    const refused = { status: 403, codes: ['PERSISTED_QUERY_ONLY'] };
    const byEvents = ['Partner kiosk', 'acme.spine.test', { accept: 'text/event-stream' }] as const;
    const tries: [string, Promise<Got>][] = [
      ['text', post({ query: USERS })],
      ['text that is no document', post({ query: '{{{{' })],
      ['registration of text', post({ query: OTHERS, extensions: named(sha256(OTHERS)) })],
      ['its own text with its hash', post({ query: USERS, extensions: named(ids.users) })],
      ['an id nobody has', post({ extensions: named(sha256('nothing')) })],
      ["another client's id", post({ extensions: named(ids.others) })],
      ["another tenant's id", post({ extensions: named(ids.globexs) })],
      ['two ids', post({ documentId: ids.others, extensions: named(ids.users) })],
      ['another version', post({ extensions: { persistedQuery: { version: 2, sha256Hash: ids.users } } })],
      ['several', post([{ extensions: named(ids.users) }])],
      ['nothing', post({})],
      ['text by a stream of events', post({ query: USERS }, ...byEvents)],
      ['text of a subscription by a stream of events', post({ query: PULSE }, ...byEvents)],
      ["another client's id by a stream of events", post({ documentId: ids.others }, ...byEvents)],
      ['several by a stream of events', post([{ extensions: named(ids.pulse) }], ...byEvents)],
      ['text by GET', get({ query: USERS })],
      ['text and an id by GET', get({ query: OTHERS, documentId: ids.users })],
      ["another client's id by GET", get({ documentId: ids.others })],
      ['introspection', post({ query: '{ __schema { types { name } } }' })],
    ];
    for (const [what, attempt] of tries) expect({ what, ...(await attempt) }).toMatchObject({ what, ...refused });
    const messages = await Promise.all([ids.others, sha256('nothing'), ids.globexs].map(async (id) => (await post({ documentId: id })).json.errors?.[0]?.message));
    expect(new Set(messages).size).toBe(1);
    for (const payload of [{ query: USERS }, { query: PULSE }, { extensions: named(ids.others) }, { query: PULSE, extensions: named(sha256(PULSE)) }]) {
      await expect(follow(payload)).resolves.toMatchObject({ results: [], codes: ['PERSISTED_QUERY_ONLY'] });
    }
    expect(gateway.calls).toHaveLength(before);
  });

  it('run what was named even where the request says another thing in another place', async () => {
    const answer = await get({ documentId: ids.users, operationName: 'Users', foo: 'query Others { users { visits } }' });
    expect(answer.data).toEqual(users);
    const smuggled = await requestWithHost(
      `${gateway.url}/graphql?query=${encodeURIComponent(OTHERS)}`,
      'acme.spine.test',
      { 'content-type': 'application/json', authorization: 'Partner kiosk' },
      JSON.stringify({ documentId: ids.users }),
    );
    expect(got(smuggled).data).toEqual(users);
  });

  it('are learnt from first-party clients, for their tenant only', async () => {
    const text = 'query Learnt { users { name id } }';
    const hash = sha256(text);
    const miss = await post({ extensions: named(hash) }, '');
    expect(miss).toMatchObject({ status: 200, codes: ['PERSISTED_QUERY_NOT_FOUND'] });
    expect(miss.json.errors?.[0]?.message).toBe('PersistedQueryNotFound');
    await expect(post({ query: text, extensions: named(sha256('another')) }, '')).resolves.toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
    await expect(post({ extensions: named(hash) }, '')).resolves.toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'] });
    const learnt = await post({ query: text, extensions: named(hash) }, '');
    expect(learnt.codes).toEqual([]);
    await expect(post({ extensions: named(hash) }, '')).resolves.toMatchObject({ status: 200, data: learnt.data });
    await expect(post({ extensions: named(hash) }, 'Service x')).resolves.toMatchObject({ data: learnt.data });
    await expect(get({ extensions: JSON.stringify(named(hash)) }, '')).resolves.toMatchObject({ data: learnt.data });
    await expect(follow({ extensions: named(hash) }, '')).resolves.toMatchObject({ results: [{ data: learnt.data }] });
    await expect(post({ extensions: named(hash) }, '', 'globex.spine.test')).resolves.toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'] });
    await expect(post({ extensions: named(hash) })).resolves.toMatchObject({ codes: ['PERSISTED_QUERY_ONLY'] });
    await expect(post({ extensions: named('x') }, '')).resolves.toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
  });

  it('warn before they go, and say where to turn once they have gone', async () => {
    const old = await post({ extensions: named(ids.old) });
    expect(old.json.extensions?.['deprecation']).toEqual({ sunsetAt: IN_A_CENTURY, replacement: ids.users });
    expect(old.data).not.toBeNull();
    expect(old.headers.get('deprecation')).toBe('@1767225600');
    expect(old.headers.get('sunset')).toBe('Tue, 01 Jan 2126 00:00:00 GMT');
    const gone = await post({ extensions: named(ids.gone) });
    expect(gone).toMatchObject({ status: 410, codes: ['OPERATION_RETIRED'] });
    expect(gone.json.errors?.[0]).toMatchObject({
      message: expect.stringContaining('2026-02-01') as unknown,
      extensions: { replacement: ids.users, sunsetAt: '2026-02-01T00:00:00.000Z' },
    });
    const byAddress = await get({ extensions: JSON.stringify(named(ids.gone)) });
    expect(byAddress).toMatchObject({ status: 410, codes: ['OPERATION_RETIRED'], json: { errors: [{ extensions: { replacement: ids.users } }] } });
    expect((await get({ extensions: JSON.stringify(named(ids.old)) })).headers.get('sunset')).toBe('Tue, 01 Jan 2126 00:00:00 GMT');
    await expect(follow({ extensions: named(ids.gone) })).resolves.toMatchObject({ codes: ['OPERATION_RETIRED'] });
    const followed = await follow({ extensions: named(ids.old) });
    expect(followed.results[0]?.extensions?.['deprecation']).toMatchObject({ replacement: ids.users });
  });

  it('are looked up once, go on while identity is away, and learn of a retirement in seconds', async () => {
    await post({ extensions: named(ids.users) });
    const before = register.lookups();
    await Promise.all(Array.from({ length: 20 }, () => post({ extensions: named(ids.users) })));
    expect(register.lookups()).toBe(before);
    now += 20_000;
    register.available = false;
    await expect(post({ extensions: named(ids.users) })).resolves.toMatchObject({ data: users });
    await expect(post({ extensions: named(sha256('new')) })).resolves.toMatchObject({ status: 503, codes: ['SUBGRAPH_UNAVAILABLE'] });
    register.available = true;
    register.retire(ids.pulse, { announcedAt: '2026-01-01T00:00:00.000Z', sunsetAt: '2026-02-01T00:00:00.000Z', replacement: null });
    await expect(follow({ extensions: named(ids.pulse) })).resolves.toMatchObject({ codes: ['OPERATION_RETIRED'] });
  });

  it('are counted by client and operation, and reported with when they were last used', async () => {
    const told = await metrics();
    const line = (name: string, outcome: string) =>
      new RegExp(`spine_gateway_registered_operation_uses_total\\{owner="${ACME.id}",client="kiosk",operation="${name}",id="\\w+",outcome="${outcome}"\\} [1-9]`);
    expect(told).toMatch(line('Users', 'served'));
    expect(told).toMatch(line('Old', 'deprecated'));
    expect(told).toMatch(line('Gone', 'retired'));
    expect(told).toMatch(/uses_total\{owner="unregistered",client="unregistered"/);
    expect(told).toMatch(/registered_operation_seconds_count\{owner="[^"]+",client="kiosk",operation="OneUser",id="\w+",outcome="ok"\} [1-9]/);
    await gateway.gateway.stop();
    const use = await eventually(async () => register.reported.find(({ registrationId }) => registrationId === 'acme-kiosk-Old'));
    expect(use.uses).toBeGreaterThanOrEqual(2);
    expect(Date.parse(use.lastUsedAt)).toBeGreaterThan(0);
  });
});
