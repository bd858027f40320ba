import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memberOf, staffOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import type { Plan } from '../../_kernel/wire/tenant.js';
import { platformMetricsOf } from './platform-metrics.js';

const METRICS = `{
  platformMetrics {
    totalOrganizations activeSubscriptions trialAccounts totalUsers churnPercentage
    monthlyRecurringRevenue { amount currency } annualRunRate { amount }
    plans { plan companies activeSubscriptions trials monthlyRecurringRevenue { amount } }
  }
}`;

describe('the business of the platform', () => {
  let t: TestTenancy;
  const reader = staffOf(['platform:metrics:read']);

  const company = async (slug: string, plan?: Plan): Promise<string> => {
    const { id } = await t.company(slug);
    if (plan) await t.subgraph.services.life.choosePlan(t.ownerContext({ ...(await required(slug)) }), plan);
    return id;
  };
  const required = async (slug: string) => {
    const tenant = await t.lookUp(slug);
    if (!tenant) throw new Error(`No company ${slug}`);
    return tenant;
  };
  const metrics = async () => (await t.graphql(METRICS, { as: reader })).data?.['platformMetrics'];

  beforeAll(async () => {
    t = await startTestTenancy();
    for (const slug of ['acorn', 'beech']) await company(slug, 'STARTER');
    await company('cedar', 'PROFESSIONAL');
    await company('date');
  });
  afterAll(() => t.stop());

  it('is what those pay who pay, by the list: two starters and a professional are 137 a month', async () => {
    expect(await metrics()).toMatchObject({
      totalOrganizations: 4,
      activeSubscriptions: 3,
      trialAccounts: 1,
      totalUsers: 4,
      monthlyRecurringRevenue: { amount: 13_700, currency: 'USD' },
      annualRunRate: { amount: 164_400 },
      churnPercentage: 0,
      plans: expect.arrayContaining([
        { plan: 'STARTER', companies: 3, activeSubscriptions: 2, trials: 1, monthlyRecurringRevenue: { amount: 5_800 } },
        { plan: 'PROFESSIONAL', companies: 1, activeSubscriptions: 1, trials: 0, monthlyRecurringRevenue: { amount: 7_900 } },
        { plan: 'FREE', companies: 0, activeSubscriptions: 0, trials: 0, monthlyRecurringRevenue: { amount: 0 } },
      ]),
    });
  });

  it('counts who has left for thirty days, and nobody whose trial is over as paying', async () => {
    await t.subgraph.services.life.remove(t.staffContext(), (await required('beech')).id);
    expect(await metrics()).toMatchObject({ totalOrganizations: 3, activeSubscriptions: 2, churnPercentage: 33.33, monthlyRecurringRevenue: { amount: 10_800 } });
    t.clock.advance(31 * 86_400_000);
    await t.subgraph.services.trials.watch(t.staffContext());
    expect(await metrics()).toMatchObject({ totalOrganizations: 3, activeSubscriptions: 2, trialAccounts: 0, churnPercentage: 0 });
  });

  it('is nothing to companies, nor to staff without the permission', async () => {
    for (const as of [memberOf(['settings:read', 'reports:read'], { roles: ['OWNER'] }), staffOf(['platform:tenants:manage'])]) {
      expect((await t.graphql(METRICS, { as })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('has no churn where nobody ever paid', () => {
    expect(platformMetricsOf([], 0, new Date(0))).toMatchObject({ churnPercentage: 0, annualRunRate: 0, organizations: 0 });
    const free = { plan: 'FREE', companies: 3, settled: 3, onTrial: 0, left: 2 } as const;
    expect(platformMetricsOf([free], 0, new Date(0))).toMatchObject({ churnPercentage: 0, activeSubscriptions: 0, organizations: 3 });
  });
});
