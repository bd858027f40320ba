import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { useQuota } from '../../_kernel/quota/quota.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { TenancyEvents } from '../events.js';
import type { TenancyServices } from '../services.js';
import { createTenancy } from '../subgraph.js';
import { createTestFiles } from '../../../tests/support/files.js';

describe("a company's use of the platform", () => {
  const clock = createTestClock(new Date('2027-03-10T12:00:00Z'));
  let tenancy: HostedSubgraph<TenancyServices, IdentityEvents & TenancyEvents>;

  const owner = contextFor(ACME, memberOf(['settings:read']), clock);
  const staff = contextFor(
    PLATFORM_TENANT,
    {
      kind: 'platform',
      adminId: '0190aaaa-0000-7000-8000-0000000000ad',
      sessionId: '0190aaaa-0000-7000-8000-0000000000ae',
      roles: ['ADMIN'],
      permissions: ['platform:tenants:manage'],
      assurance: { level: 'aal1', at: 0 },
    },
    clock,
  );
  const services = () => tenancy.subgraph.services.usage;
  const usedIn = async (month: string | null = null) =>
    Object.fromEntries((await services().usage(owner, month)).map(({ metric, used }) => [metric, used]));

  beforeAll(async () => {
    tenancy = await startHostedSubgraph((runtime) => createTenancy(runtime, { issuer: 'http://spine.example', files: createTestFiles() }), clock);
    const common = { plan: 'PROFESSIONAL', currency: 'USD' } as const;
    await tenancy.runtime.database.platform.db.tenant.createMany({
      data: [ACME, GLOBEX].map(({ id, slug, name, timeZone }) => ({ id, slug, name, timeZone, updatedAt: clock.now(), ...common })),
    });
  });
  afterAll(() => tenancy.stop());

  it('adds up to one bucket a day, however it comes in', async () => {
    const record = (amount: number, details?: object) =>
      services().record(staff, { tenantId: ACME.id, metric: 'API_CALLS', amount, details });
    await record(5, { route: '/graphql' });
    expect(await record(5)).toMatchObject({ amount: 10n, details: { route: '/graphql' } });
    await Promise.all(Array.from({ length: 20 }, () => record(2)));
    clock.advance(86_400_000);
    await record(1);
    const range = { metric: 'API_CALLS', from: '2027-03-01', to: '2027-03-31' };
    expect((await services().buckets(owner, range)).map(({ amount }) => Number(amount))).toEqual([50, 1]);
    expect(await services().buckets(contextFor(GLOBEX, memberOf(['settings:read']), clock), range)).toEqual([]);
    expect((await usedIn())['API_CALLS']).toBe(51);
  });

  it('tells what is limited with its limit, and of an earlier month only what belongs to it', async () => {
    await tenancy.runtime.database.tenants.transaction(owner, async (db) => {
      await useQuota(db, owner, 'APPOINTMENTS', 3);
      await useQuota(db, owner, 'PATIENTS', 2);
    });
    expect(await services().usage(owner, null)).toEqual(
      expect.arrayContaining([
        { metric: 'APPOINTMENTS', used: 3, limit: 2_000 },
        { metric: 'PATIENTS', used: 2, limit: 1_000 },
        { metric: 'USERS', used: 0, limit: 10 },
        { metric: 'STORAGE', used: 0, limit: null },
      ]),
    );
    expect(await usedIn('2027-02')).toEqual({ API_CALLS: 0, STORAGE: 0, APPOINTMENTS: 0, EMAILS: 0, ACTIVE_USERS: 0 });
    expect(await services().quota(owner, 'PATIENTS')).toEqual({ resource: 'PATIENTS', limit: 1_000, used: 2 });
  });

  it('counts mails, and people who sign in, by themselves and once each', async () => {
    const login = (subjectId: string, realm: 'tenant' | 'platform' = 'tenant') =>
      tenancy.tell('identity.login_succeeded', {
        realm,
        subjectId,
        sessionId: '0190aaaa-0000-7000-8000-0000000000b1',
      });
    await login('0190aaaa-0000-7000-8000-0000000000a1');
    await login('0190aaaa-0000-7000-8000-0000000000a1');
    await login('0190aaaa-0000-7000-8000-0000000000a2');
    await login('0190aaaa-0000-7000-8000-0000000000a3', 'platform');
    await tenancy.tell('identity.mail_requested', { template: 'MEMBER_INVITATION', sealed: 'sealed' });
    await tenancy.tell('tenancy.mail_requested', { template: 'TRIAL_EXPIRED', sealed: 'sealed' });
    await tenancy.settle();
    expect(await usedIn()).toMatchObject({ ACTIVE_USERS: 2, EMAILS: 2 });
    await tenancy.replay();
    expect((await usedIn())['ACTIVE_USERS']).toBe(2);
  });

  it('is recorded by staff of the platform only, of what is not counted by itself, and read with the right to', async () => {
    const record = { tenantId: ACME.id, metric: 'API_CALLS', amount: 1 };
    await expect(services().record(owner, record)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services().record(staff, { ...record, metric: 'USERS', amount: 0 })).rejects.toMatchObject({
      issues: [expect.objectContaining({ field: 'metric' }), expect.objectContaining({ field: 'amount' })],
    });
    const unknown = { ...record, tenantId: '0190aaaa-0000-7000-8000-0000000000ff' };
    await expect(services().record(staff, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(services().usage(owner, '2027-13')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(services().usage(contextFor(ACME), null)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const endless = { metric: 'API_CALLS', from: '2020-01-01', to: '2027-01-01' };
    await expect(services().buckets(owner, endless)).rejects.toMatchObject({ issues: [expect.objectContaining({ field: 'to' })] });
  });
});
