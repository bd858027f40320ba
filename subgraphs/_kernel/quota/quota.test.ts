import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACME, contextFor, createTestClock, GLOBEX, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../request/request-context.js';
import type { Plan, TenantIdentity } from '../wire/tenant.js';
import { limitOf, type LimitedResource } from '../wire/plan-limits.js';
import { quotaOf, releaseQuota, useQuota } from './quota.js';

describe('a quota', () => {
  const clock = createTestClock(new Date('2027-01-31T20:00:00Z'));
  let runtime: TestRuntime;

  const on = (plan: Plan, tenant: TenantIdentity = ACME): RequestContext => contextFor({ ...tenant, plan }, undefined, clock);
  const use = (context: RequestContext, resource: LimitedResource, amount?: number) =>
    runtime.database.tenants.transaction(context, (db) => useQuota(db, context, resource, amount));
  const usedOf = async (context: RequestContext, resource: LimitedResource) =>
    (await quotaOf(runtime.database.tenants.of(context), context, resource)).used;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
  });
  afterAll(() => runtime.stop());

  it('is what the price list says', () => {
    const of = (plan: Plan) => (['USERS', 'PATIENTS', 'APPOINTMENTS'] as const).map((resource) => limitOf(plan, resource));
    expect(of('STARTER')).toEqual([2, 100, 200]);
    expect(of('PROFESSIONAL')).toEqual([10, 1_000, 2_000]);
    expect(of('ENTERPRISE')).toEqual([null, null, null]);
  });

  it('of N lets exactly N of 1,000 at once through', async () => {
    const context = on('STARTER');
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => use(context, 'APPOINTMENTS')));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(outcomes.length - refused.length).toBe(200);
    for (const reason of refused) {
      expect(reason).toMatchObject({ code: 'QUOTA_EXCEEDED', resource: 'APPOINTMENTS', limit: 200, used: 200 });
    }
    expect(await usedOf(context, 'APPOINTMENTS')).toBe(200);
  });

  it('begins anew with the month of the company, not with ours', async () => {
    const context = on('STARTER');
    await expect(use(context, 'APPOINTMENTS')).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const inBerlin = on('STARTER', { ...GLOBEX, timeZone: 'Europe/Berlin' });
    await use(inBerlin, 'APPOINTMENTS');
    // 23:30 UTC: February in Berlin, January in New York.
    clock.advance(3.5 * 3_600_000);
    expect(await usedOf(inBerlin, 'APPOINTMENTS')).toBe(0);
    expect(await usedOf(context, 'APPOINTMENTS')).toBe(200);
    clock.advance(86_400_000);
    await use(context, 'APPOINTMENTS');
    expect(await usedOf(context, 'APPOINTMENTS')).toBe(1);
  });

  it('is used up by what was written only: a write that fails gives it back', async () => {
    const context = on('STARTER', GLOBEX);
    const failing = runtime.database.tenants.transaction(context, async (db) => {
      await useQuota(db, context, 'USERS');
      throw new Error('not written');
    });
    await expect(failing).rejects.toThrow('not written');
    expect(await usedOf(context, 'USERS')).toBe(0);
  });

  it('is each company’s own, also above tenants', async () => {
    const [acme, globex] = [on('STARTER'), on('STARTER', GLOBEX)];
    await runtime.database.platform.transaction((db) => useQuota(db, globex, 'USERS', 2));
    expect(await usedOf(globex, 'USERS')).toBe(2);
    expect(await usedOf(acme, 'USERS')).toBe(0);
    await expect(use(globex, 'USERS')).rejects.toMatchObject({ limit: 2, used: 2 });
    await runtime.database.platform.transaction((db) => releaseQuota(db, globex, 'USERS'));
    await use(globex, 'USERS');
  });

  it('is counted without an end where the plan has none, and counts when the plan becomes smaller', async () => {
    const large = on('ENTERPRISE');
    await use(large, 'PATIENTS', 5_000);
    const { limit, used } = await quotaOf(runtime.database.tenants.of(large), large, 'PATIENTS');
    expect({ limit, used }).toEqual({ limit: null, used: 5_000 });
    await expect(use(on('PROFESSIONAL'), 'PATIENTS')).rejects.toMatchObject({ limit: 1_000, used: 5_000 });
  });

  it('refuses more at once than there ever may be, and never falls below nought', async () => {
    const context = on('STARTER', { ...GLOBEX, id: '0190cccc-0000-7000-8000-00000000000c' });
    await expect(use(context, 'USERS', 3)).rejects.toMatchObject({ limit: 2, used: 0 });
    await use(context, 'USERS');
    await runtime.database.tenants.transaction(context, (db) => releaseQuota(db, context, 'USERS', 7));
    expect(await usedOf(context, 'USERS')).toBe(0);
  });
});
