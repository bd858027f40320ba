import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { failureOf } from '../../_kernel/monitoring/failure.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { REQUEST_COUNTS_PATH } from '../../_kernel/wire/request-counts.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../../tenancy/ids.js';
import { BEACON_PATH } from './beacon.route.js';

const GROUPS = `query($source: String) { errorGroups(source: $source) { edges { node { name message place count source } } } }`;
const SLOW = `{ slowOperations { source name count averageMs longestMs } }`;

const staff: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['DEVELOPER'],
  permissions: ['platform:metrics:read'],
  assurance: { level: 'aal2', at: Math.floor(Date.now() / 1_000) },
};

const OWNER = memberOf(['settings:read', 'settings:update', 'reports:read'], { roles: ['OWNER'] });

describe('what breaks and what is slow', () => {
  let t: TestOps;

  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  const beacon = async (body: unknown): Promise<number> => {
    const { tenant, principal, origin } = contextFor(ACME);
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const request = { method: 'POST', path: BEACON_PATH, search: '', headers: {}, body: bytes };
    const answer = await t.host.forward(request, { tenant, principal, origin });
    await t.runtime.monitor.flush();
    return answer?.status ?? 0;
  };
  const groups = async (source: string): Promise<readonly { readonly name: string; readonly count: number; readonly message: string }[]> => {
    const { data } = await t.graphql(GROUPS, { as: staff, variables: { source } });
    return (data?.['errorGroups'] as { edges: { node: never }[] }).edges.map(({ node }) => node);
  };

  test('in a client is one group for equal errors, and holds nothing of who met with them', async () => {
    const events = Array.from({ length: 20 }, (_, n) => ({
      type: 'error',
      name: 'TypeError',
      message: `Cannot read "name-${n}" of ann${n}@acme.example, booking bkg_0198f00dfeed4${n}, line ${n}`,
      stack: `TypeError: x\n    at BookingPage (https://acme.example/assets/app-${n}.js:1${n}:7)\n    at render`,
    }));
    expect(await beacon({ events: events.slice(0, 12) })).toBe(202);
    expect(await beacon({ events: events.slice(12) })).toBe(202);
    const [group, ...others] = (await groups('client')).filter(({ name }) => name === 'TypeError');
    expect(others).toEqual([]);
    expect(group).toMatchObject({ count: 20 });
    expect(JSON.stringify(group)).not.toMatch(/ann\d|bkg_|name-/);
  });

  test('in a subgraph is counted by its own name, and what staff may expect is not', async () => {
    const owner = new pg.Client({ connectionString: t.runtime.url });
    await owner.connect();
    await owner.query('ALTER TABLE ops.support_ticket RENAME TO away');
    await t.graphql(`query Broken { supportTickets { edges { node { id } } } }`, { as: memberOf([]) });
    await owner.query('ALTER TABLE ops.away RENAME TO support_ticket');
    await owner.end();
    await t.graphql(`{ mails { edges { node { id } } } }`, { as: memberOf([]) });
    await t.runtime.monitor.flush();
    expect(await groups('ops')).toMatchObject([{ count: 1 }]);
  });

  test('is told with how long it took', async () => {
    const slow = (milliseconds: number) => ({ type: 'timing', name: 'open booking page', milliseconds });
    expect(await beacon({ events: [slow(1_500), slow(2_500), slow(900)] })).toBe(202);
    const { data } = await t.graphql(SLOW, { as: staff });
    expect(data?.['slowOperations']).toContainEqual({ source: 'client', name: 'open booking page', count: 2, averageMs: 2_000, longestMs: 2_500 });
  });

  test('in a subgraph is told with how long it took, however it came to be slow', async () => {
    const other = new pg.Client({ connectionString: t.runtime.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('LOCK TABLE ops.support_ticket IN ACCESS EXCLUSIVE MODE');
      const asked = t.graphql('{ supportTickets { edges { node { id } } } }', { as: OWNER });
      const waiting = "SELECT 1 FROM pg_locks WHERE relation = 'ops.support_ticket'::regclass AND NOT granted";
      await eventually(async () => ((await other.query(waiting)).rowCount ?? 0) > 0);
      // From a second on something is slow, counted from here, where it has begun for certain.
      await other.query('SELECT pg_sleep(1.1)');
      await other.query('COMMIT');
      expect((await asked).errors).toBeUndefined();
    } finally {
      await other.end();
    }
    await t.runtime.monitor.flush();
    const { data } = await t.graphql(SLOW, { as: staff });
    const [slow] = (data?.['slowOperations'] as { source: string; count: number; longestMs: number }[]).filter(({ source }) => source === 'ops');
    expect(slow).toMatchObject({ count: 1 });
    expect(slow?.longestMs).toBeGreaterThanOrEqual(1_000);
  });

  test('is taken from anybody, but not in any amount or form', async () => {
    expect(await beacon({ events: Array.from({ length: 51 }, () => ({ type: 'error', message: 'x' })) })).toBe(400);
    expect(await beacon({ events: [{ type: 'error', message: 'x'.repeat(20_000) }] })).toBe(413);
    expect(await beacon('{')).toBe(400);
    expect(await beacon({ events: [{ type: 'timing', name: 'x', milliseconds: -1 }] })).toBe(400);
    expect(await beacon({ events: [{ type: 'error', message: 'with \u0000 in it' }] })).toBe(202);
  });

  test('is nothing to members, however much they may', async () => {
    for (const source of [GROUPS, SLOW]) {
      expect((await t.graphql(source, { as: OWNER })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

describe('operational metrics', () => {
  const METRICS = `query($since: DateTime, $until: DateTime, $tenantId: ID) {
    operationalMetrics(since: $since, until: $until, tenantId: $tenantId) {
      since until requests answered refused errors errorRate incidents { raised open resolved } } }`;
  const HOUR = '2027-05-02T10:00:00.000Z';
  const WINDOW = { since: '2027-05-02T10:20:00Z', until: '2027-05-02T11:40:00Z' };
  let t: TestOps;

  const report = async (counts: unknown, principal: Principal = { kind: 'system', name: 'gateway' }) =>
    (
      await t.host.forward(
        { method: 'POST', path: REQUEST_COUNTS_PATH, search: '', headers: {}, body: Buffer.from(JSON.stringify(counts)) },
        { tenant: PLATFORM_TENANT, principal, origin: contextFor(ACME).origin },
      )
    )?.status;
  const figures = async (variables: object, as: Principal, tenant: TenantIdentity) => {
    const { data, errors } = await t.graphql(METRICS, { variables: { ...variables }, as, tenant });
    expect(errors).toBeUndefined();
    return data?.['operationalMetrics'];
  };

  beforeAll(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await t.settle(ACME, GLOBEX);
    const at = { tenantId: ACME.id, hour: HOUR };
    const counts = [
      { ...at, outcome: 'answered', count: 6 },
      { ...at, outcome: 'refused', count: 3 },
      { ...at, outcome: 'failed', count: 1 },
      { ...at, outcome: 'answered', count: 500, hour: '2027-05-02T09:00:00.000Z' },
      { ...at, outcome: 'answered', count: 5, tenantId: GLOBEX.id },
    ];
    expect(await report(counts)).toBe(202);
    expect(await report([{ ...at, outcome: 'answered', count: 10, hour: '2027-05-02T11:00:00.000Z' }, { ...at, outcome: 'failed', count: 4 }])).toBe(202);
  });
  afterAll(() => t.stop());

  test('are what was counted in the hours of the window, of her own company to an owner and of all to staff', async () => {
    const none = { raised: 0, open: 0, resolved: 0 };
    const hours = { since: HOUR, until: '2027-05-02T12:00:00.000Z' };
    const acme = { ...hours, requests: 24, answered: 16, refused: 3, errors: 5, errorRate: 5 / 24, incidents: none };
    const globex = { ...hours, requests: 5, answered: 5, refused: 0, errors: 0, errorRate: 0, incidents: none };
    expect(await figures(WINDOW, OWNER, ACME)).toEqual(acme);
    expect(await figures(WINDOW, OWNER, GLOBEX)).toEqual(globex);
    expect(await figures(WINDOW, staff, PLATFORM_TENANT)).toMatchObject({ requests: 29, answered: 21, refused: 3, errors: 5 });
    expect(await figures({ ...WINDOW, tenantId: TenantId.encode(GLOBEX.id) }, staff, PLATFORM_TENANT)).toEqual(globex);
    expect(await figures({}, OWNER, ACME)).toMatchObject({ requests: 0, errorRate: null });
  });

  test('count the incidents that were raised and the errors that differ', async () => {
    await t.tellAll('identity.login_failed', Array.from({ length: 60 }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) })));
    await eventually(async () => (await figures({}, OWNER, ACME) as { incidents: { raised: number } }).incidents.raised > 0);
    expect(await figures({}, OWNER, GLOBEX)).toMatchObject({ incidents: { raised: 0 } });
    t.runtime.monitor.failed('client', { name: 'TypeError', message: 'x', stack: '' });
    await t.runtime.monitor.flush();
    const kinds = await t.graphql('{ operationalMetrics { errorKinds } }', { as: staff, tenant: PLATFORM_TENANT });
    expect(kinds.data).toEqual({ operationalMetrics: { errorKinds: 1 } });
  });

  test('are nothing to whoever may not, of a company she has nothing to do with, or over a while that is none', async () => {
    const codeOf = async (as: Principal, variables: object = {}) =>
      (await t.graphql(METRICS, { variables: { ...variables }, as })).errors?.[0]?.extensions['code'];
    expect(await codeOf(memberOf([]))).toBe('FORBIDDEN');
    expect(await codeOf({ ...staff, permissions: [] })).toBe('FORBIDDEN');
    expect(await codeOf(OWNER, { since: WINDOW.until, until: WINDOW.since })).toBe('BAD_USER_INPUT');
    expect(await codeOf(OWNER, { since: '2026-01-01T00:00:00Z', until: WINDOW.until })).toBe('BAD_USER_INPUT');
    for (const tenantId of [TenantId.encode(GLOBEX.id), TenantId.encode(uuidv7()), 'nonsense']) {
      expect(await figures({ tenantId }, OWNER, ACME)).toBeNull();
    }
    expect(await figures({ tenantId: TenantId.encode(uuidv7()) }, staff, PLATFORM_TENANT)).toBeNull();
    const kinds = await t.graphql('{ operationalMetrics { errorKinds } }', { as: OWNER });
    expect(kinds.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('are counted by the platform alone, and only in the form they are told in', async () => {
    expect(await report([], OWNER)).toBe(403);
    for (const wrong of [{ count: 0 }, { hour: '2027-05-02T10:30:00.000Z' }, { outcome: 'lost' }, { tenantId: 'acme' }]) {
      expect(await report([{ tenantId: ACME.id, hour: HOUR, outcome: 'answered', count: 1, ...wrong }])).toBe(400);
    }
  });
});

describe('the fingerprint of an error', () => {
  const of = (message: string, stack = '') => failureOf('client', { name: 'Error', message, stack }).fingerprint;

  test('is the same whatever the particulars, and another one for another error', () => {
    expect(of('Order 17 of "Ann" failed')).toBe(of('Order 99 of "Bob" failed'));
    expect(of('Order 17 failed')).not.toBe(of('Invoice 17 failed'));
    expect(of('x', 'Error: x\n    at save (file:///app/a.js:1:2)')).toBe(of('x', 'Error: x\n    at save (file:///app/a.js:9:9)'));
    expect(of('x', 'Error: x\n    at save (file:///app/a.js:1:2)')).not.toBe(of('x', 'Error: x\n    at load (file:///app/a.js:1:2)'));
  });
});
