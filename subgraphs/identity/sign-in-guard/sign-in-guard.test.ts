import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { keysOf, waitAfter } from './sign-in-guard.js';

const PASSWORD = 'Spine-demo-1!';

describe('guessing passwords', () => {
  let t: TestIdentity;
  let count = 0;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const from = (ip: string, tenant = ACME): RequestContext => ({
    ...contextFor(tenant, undefined, t.clock),
    origin: { requestId: 'r', ip, userAgent: null },
  });
  const nextIp = (): string => `192.0.2.${(count += 1)}`;
  const person = async (): Promise<string> => {
    count += 1;
    const email = `person-${count}@acme.example`;
    await t.subgraph.services.registration.register(from('198.51.100.1'), { email, password: PASSWORD, displayName: 'P' });
    return email;
  };
  const login = (email: string, password: string, ip: string, deviceToken: string | null = null, tenant = ACME) =>
    t.subgraph.services.sessions.login(from(ip, tenant), { email, password, deviceToken });
  /** `wrong`, or the seconds to wait. */
  const outcome = async (email: string, password: string, ip: string, deviceToken: string | null = null) =>
    login(email, password, ip, deviceToken).then(
      () => 'in' as const,
      (error: unknown) => (error instanceof RateLimitedError ? error.retryAfter : ('wrong' as const)),
    );

  test.each(['a known address', 'an unknown one'])('costs twice as long each time after the fifth, for %s', async (whose) => {
    const email = whose === 'a known address' ? await person() : `nobody-${count}@acme.example`;
    for (let n = 0; n < 5; n += 1) expect(await outcome(email, 'wrong', nextIp())).toBe('wrong');
    const waits: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const wait = await outcome(email, 'wrong', nextIp());
      waits.push(wait);
      t.clock.advance(Number(wait) * 1_000);
      expect(await outcome(email, 'wrong', nextIp())).toBe('wrong');
    }
    expect(waits).toEqual([1, 2, 4, 8]);
  });

  test('makes the right password wait as well, so that nothing is learned meanwhile', async () => {
    const email = await person();
    for (let n = 0; n < 5; n += 1) await outcome(email, 'wrong', nextIp());
    expect(await outcome(email, PASSWORD, nextIp())).toBe(1);
    t.clock.advance(1_000);
    expect(await outcome(email, PASSWORD, nextIp())).toBe('in');
    expect(await outcome(email, 'wrong', nextIp())).toBe('wrong');
  });

  test('makes nobody wait who asks by a clock that is a little behind', async () => {
    const email = await person();
    const ip = nextIp();
    expect(await outcome(email, PASSWORD, ip)).toBe('in');
    expect(await outcome(email, 'wrong', ip)).toBe('wrong');
    t.clock.advance(-2_000);
    expect(await outcome(email, PASSWORD, ip)).toBe('in');
    t.clock.advance(2_000);
  });

  test('a hundred times at once is a hundred attempts', async () => {
    const email = await person();
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome(email, 'wrong', nextIp())));
    expect(outcomes.filter((each) => each === 'wrong')).toHaveLength(5);
  });

  test('does not lock out the owner on a device she has vouched for', async () => {
    const email = await person();
    const { access, userId } = await login(email, PASSWORD, nextIp());
    const authTime = Number(decodeJwt(access.token)['auth_time']);
    const principal = { ...memberOf([], { userId }), assurance: { level: 'aal1', at: authTime } } as ReturnType<typeof memberOf>;
    const { deviceToken } = await t.subgraph.services.trustedDevices.trust(contextFor(ACME, principal, t.clock));
    for (let n = 0; n < 30; n += 1) await outcome(email, 'wrong', nextIp());
    expect(await outcome(email, PASSWORD, nextIp())).toEqual(expect.any(Number));
    expect(await outcome(email, PASSWORD, nextIp(), deviceToken)).toBe('in');
  });

  test('over many accounts from one address makes that address wait', async () => {
    const ip = nextIp();
    for (let n = 0; n < 150; n += 1) expect(await outcome(`spray-${n}@acme.example`, 'wrong', ip)).toBe('wrong');
    expect(await outcome('spray-150@acme.example', 'wrong', ip)).toBe(1);
    expect(await outcome('spray-150@acme.example', 'wrong', nextIp())).toBe('wrong');
  });

  test('at one company costs nothing at another', async () => {
    const email = await person();
    for (let n = 0; n < 6; n += 1) await outcome(email, 'wrong', nextIp());
    await expect(login(email, PASSWORD, nextIp(), null, GLOBEX)).rejects.toThrow('wrong');
  });

  test('is told to operations however often it is refused', async () => {
    const email = await person();
    const before = (await t.eventTypes()).filter((type) => type === 'identity.login_failed').length;
    for (let n = 0; n < 20; n += 1) await outcome(email, 'wrong', nextIp());
    const after = (await t.eventTypes()).filter((type) => type === 'identity.login_failed').length;
    expect(after - before).toBe(20);
  });

  test('is forgotten after an hour, and so are the rows it wrote', async () => {
    const email = await person();
    for (let n = 0; n < 9; n += 1) await outcome(email, 'wrong', nextIp());
    t.clock.advance(61 * 60_000);
    for (let n = 0; n < 5; n += 1) expect(await outcome(email, 'wrong', nextIp())).toBe('wrong');
    t.clock.advance(61 * 60_000);
    const schedule = t.subgraph.schedules.find(({ name }) => name === 'forget-what-counts-no-more');
    const { logger } = t.runtime;
    await schedule?.run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock: t.clock, logger }));
    const { rows } = await t.runtime.pools.platform.query('SELECT 1 FROM identity.sign_in_attempts');
    expect(rows).toEqual([]);
  });
});

describe('the wait', () => {
  test('is never longer than a quarter of an hour', () => {
    expect([4, 5, 6, 14, 15, 1_000].map((failures) => waitAfter('account', failures))).toEqual([0, 1, 2, 512, 900, 900]);
  });

  test('is counted by device alone where one is vouched for', () => {
    expect(keysOf({ account: 'a', deviceId: 'd', ip: '192.0.2.1' }).map(({ key }) => key)).toEqual(['device:d']);
    expect(keysOf({ account: 'a', deviceId: null, ip: '192.0.2.1' }).map(({ key }) => key)).toEqual(['account:a', 'ip:192.0.2.1']);
    expect(keysOf({ account: 'a', deviceId: null, ip: null }).map(({ key }) => key)).toEqual(['account:a']);
  });
});
