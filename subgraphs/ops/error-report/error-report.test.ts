import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, memberOf } from '../../../tests/support/runtime.js';
import { failureOf } from '../../_kernel/monitoring/failure.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
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

  test('is taken from anybody, but not in any amount or form', async () => {
    expect(await beacon({ events: Array.from({ length: 51 }, () => ({ type: 'error', message: 'x' })) })).toBe(400);
    expect(await beacon({ events: [{ type: 'error', message: 'x'.repeat(20_000) }] })).toBe(413);
    expect(await beacon('{')).toBe(400);
    expect(await beacon({ events: [{ type: 'timing', name: 'x', milliseconds: -1 }] })).toBe(400);
    expect(await beacon({ events: [{ type: 'error', message: 'with \u0000 in it' }] })).toBe(202);
  });

  test('is nothing to members, however much they may', async () => {
    const owner = memberOf(['settings:read', 'settings:update', 'reports:read'], { roles: ['OWNER'] });
    for (const source of [GROUPS, SLOW]) {
      expect((await t.graphql(source, { as: owner })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
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
