import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../tests/support/free-port.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { createS3Store } from '../../_kernel/files/s3-store.js';
import { systemClock } from '../../_kernel/request/clock.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { runHealthChecks } from '../spine/health/health.js';
import { createComponentHistoryService } from './component-history.service.js';
import { objectStoreCheck, redisCheck, stripeCheck } from './health-checks.js';
import { createHealthService } from './health.service.js';

describe('health', () => {
  let t: TestOps;
  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  it('tells anybody which components are well', async () => {
    const { data } = await t.graphql('{ health { ok env tsISO checks { name ok } } }', { as: ANONYMOUS });
    expect(data).toEqual({
      health: { ok: true, env: 'dev', tsISO: expect.any(String), checks: [{ name: 'database', ok: true }] },
    });
  });

  it('asks the components once, however many ask for the report', async () => {
    let asked = 0;
    const health = createHealthService('dev', [{ name: 'counted', probe: () => ({ ok: ++asked > 0 }) }], systemClock);
    await Promise.all(Array.from({ length: 50 }, () => health.report()));
    await health.report();
    expect(asked).toBe(1);
  });
});

describe('the history of a component', () => {
  const MINUTE = 60_000;
  const HISTORY = `query($name: String!) { componentStatus(name: $name) { name ok history { ok detail since lastSeenAt } } }`;
  const STAFF: Principal = {
    kind: 'platform',
    adminId: uuidv7(),
    sessionId: uuidv7(),
    roles: ['DEVELOPER'],
    permissions: ['platform:metrics:read'],
    assurance: { level: 'aal2', at: 0 },
  };
  let t: TestOps;
  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  /** Looks once a minute, and finds the component as it is told. */
  const watched = (name: string) => {
    let found = { ok: true, detail: undefined as string | undefined };
    const health = {
      report: () => Promise.resolve({ ok: found.ok, env: 'dev' as const, tsISO: '', checks: [{ name, durationMs: 1, ok: found.ok, ...(found.detail ? { detail: found.detail } : {}) }] }),
    };
    const history = createComponentHistoryService(t.runtime.database.platform, health);
    return async (minutes: number, ok: boolean, detail?: string): Promise<void> => {
      found = { ok, detail };
      for (let minute = 0; minute < minutes; minute += 1) {
        await history.note(contextFor(PLATFORM_TENANT, { kind: 'system', name: 'note-health' }, t.clock));
        t.clock.advance(MINUTE);
      }
    };
  };
  const historyOf = async (name: string, as: Principal = STAFF) => {
    const { data, errors } = await t.graphql(HISTORY, { as, variables: { name } });
    return { status: data?.['componentStatus'] as { ok: boolean; history: { ok: boolean; detail: string | null; since: string; lastSeenAt: string }[] } | null, errors };
  };
  /** The test's clock goes on by itself, too, but not by half a minute. */
  const minutesSince = (start: Date, at: string): number => Math.round((Date.parse(at) - start.getTime()) / MINUTE);

  it('shows when it was away, and for how long', async () => {
    const start = t.clock.now();
    const look = watched('queue');
    await look(4, true);
    await look(3, false, 'connection refused');
    await look(2, true);
    const { status } = await historyOf('queue');
    expect(status).toMatchObject({ name: 'queue', ok: true });
    expect(status?.history.map(({ ok, detail, since, lastSeenAt }) => [ok, detail, minutesSince(start, since), minutesSince(start, lastSeenAt)])).toEqual([
      [true, null, 7, 8],
      [false, 'connection refused', 4, 6],
      [true, null, 0, 3],
    ]);
  });

  it('claims nothing of a time in which nobody looked', async () => {
    const start = t.clock.now();
    const look = watched('unwatched');
    await look(1, true);
    t.clock.advance(59 * MINUTE);
    await look(1, true);
    const { status } = await historyOf('unwatched');
    expect(status?.history.map(({ since, lastSeenAt }) => [minutesSince(start, since), minutesSince(start, lastSeenAt)])).toEqual([
      [60, 60],
      [0, 0],
    ]);
  });

  it('is kept for ninety days', async () => {
    const look = watched('old');
    await look(1, false);
    t.clock.advance(91 * 24 * 60 * MINUTE);
    await look(1, true);
    expect((await historyOf('old')).status?.history).toMatchObject([{ ok: true }]);
  });

  it('is of the components that are watched, and for staff alone', async () => {
    const schedule = t.subgraph.schedules.find(({ name }) => name === 'note-health');
    await schedule?.run(contextFor(PLATFORM_TENANT, { kind: 'system', name: 'note-health' }, t.clock));
    expect((await historyOf('database')).status).toMatchObject({ ok: true, history: expect.arrayContaining([expect.objectContaining({ ok: true })]) });
    expect((await historyOf('coffee machine')).status).toBeNull();
    const { status, errors } = await historyOf('database', memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] }));
    expect([status, errors?.[0]?.extensions?.['code']]).toEqual([null, 'FORBIDDEN']);
  });
});

describe('the checks of what lives outside', () => {
  let stop: (() => Promise<unknown>) | undefined;
  afterEach(async () => {
    await stop?.();
    stop = undefined;
  });

  const serve = async (status: number): Promise<string> => {
    const server = createServer((_request, response) => response.writeHead(status).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stop = () => new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const okOf = async (check: Parameters<typeof runHealthChecks>[1][number]) => (await runHealthChecks('dev', [check])).ok;

  it('find a Stripe well that refuses who brings no key, and unwell when it fails or is not there', async () => {
    expect(await okOf(stripeCheck(await serve(401)))).toBe(true);
    await stop?.();
    expect(await okOf(stripeCheck(await serve(503)))).toBe(false);
    expect(await okOf(stripeCheck(`http://127.0.0.1:${await freePort()}`))).toBe(false);
  });

  it('find an object store well that has nothing there, and unwell when it refuses or is not there', async () => {
    const storeAt = (endpoint: string) =>
      objectStoreCheck(createS3Store({ endpoint, region: 'eu-1', bucket: 'files', accessKeyId: 'id', secretAccessKey: 'secret' }, systemClock));
    expect(await okOf(storeAt(await serve(404)))).toBe(true);
    await stop?.();
    expect(await okOf(storeAt(await serve(403)))).toBe(false);
    expect(await okOf(storeAt(`http://127.0.0.1:${await freePort()}`))).toBe(false);
  });

  it('find a Redis unwell that is not there', async () => {
    expect(await okOf(redisCheck(`redis://127.0.0.1:${await freePort()}`))).toBe(false);
  });
});
