import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../tests/support/free-port.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { systemClock } from '../../_kernel/request/clock.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import { runHealthChecks } from '../spine/health/health.js';
import { redisCheck, stripeCheck } from './health-checks.js';
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

  it('find a Redis unwell that is not there', async () => {
    expect(await okOf(redisCheck(`redis://127.0.0.1:${await freePort()}`))).toBe(false);
  });
});
