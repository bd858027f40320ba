import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { ownerOf, startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { trialDutyOf, type TrialFacts } from './trial.js';

const DAY_MS = 86_400_000;
const ENDS = new Date('2027-03-15T12:00:00Z');
const FACTS: TrialFacts = { status: 'ACTIVE', trialEndsAt: ENDS, deletedAt: null, trialWarnedDays: null };
const before = (days: number): Date => new Date(ENDS.getTime() - days * DAY_MS);

describe('what is due about a trial', () => {
  it('is a warning at seven, three and one day, each once, and then its end', () => {
    expect(trialDutyOf(FACTS, before(7.01))).toBeNull();
    expect(trialDutyOf(FACTS, before(7))).toEqual({ kind: 'WARN', daysLeft: 7, warning: 7 });
    expect(trialDutyOf({ ...FACTS, trialWarnedDays: 7 }, before(5))).toBeNull();
    expect(trialDutyOf({ ...FACTS, trialWarnedDays: 7 }, before(3))).toEqual({ kind: 'WARN', daysLeft: 3, warning: 3 });
    expect(trialDutyOf({ ...FACTS, trialWarnedDays: 3 }, before(0.2))).toEqual({ kind: 'WARN', daysLeft: 1, warning: 1 });
    expect(trialDutyOf({ ...FACTS, trialWarnedDays: 1 }, before(0.1))).toBeNull();
    expect(trialDutyOf({ ...FACTS, trialWarnedDays: 1 }, ENDS)).toEqual({ kind: 'END' });
  });

  it('is one warning where several were missed', () => {
    expect(trialDutyOf(FACTS, before(1.5))).toEqual({ kind: 'WARN', daysLeft: 2, warning: 3 });
  });

  it('is nothing without a trial, or for a company that does not work', () => {
    expect(trialDutyOf({ ...FACTS, trialEndsAt: null }, ENDS)).toBeNull();
    expect(trialDutyOf({ ...FACTS, deletedAt: ENDS }, ENDS)).toBeNull();
    for (const status of ['SUSPENDED', 'TRIAL_EXPIRED'] as const) expect(trialDutyOf({ ...FACTS, status }, ENDS)).toBeNull();
  });
});

describe('a trial', () => {
  let t: TestTenancy;
  beforeAll(async () => {
    t = await startTestTenancy();
  });
  afterAll(() => t.stop());

  /** What the schedule does, twice, so that every test is one of its being safe to run again. */
  const watch = async (): Promise<void> => {
    const { clock, runtime } = t;
    const context = systemContext({ name: 'watch-trials', tenant: PLATFORM_TENANT, clock, logger: runtime.logger });
    await t.subgraph.services.trials.watch(context);
    await t.subgraph.services.trials.watch(context);
  };
  const billing = ['billing:update'] as const;

  it('lasts fourteen days: its owners are warned thrice, then it is over, until a plan is chosen', async () => {
    const tenant = await t.company('trying');
    const link = 'http://trying.spine.example/account/plan';
    // On days 6, 8, 12 and 13.5 of fourteen.
    for (const days of [6, 2, 4, 1.5]) {
      t.clock.advance(days * DAY_MS);
      await watch();
    }
    expect(await t.lookUp('trying')).toMatchObject({ status: 'ACTIVE' });
    t.clock.advance(DAY_MS);
    await watch();
    expect(await t.lookUp('trying')).toMatchObject({ status: 'TRIAL_EXPIRED' });
    const warning = (daysLeft: number) => ({ template: 'TRIAL_EXPIRY_WARNING', to: ownerOf('trying'), values: { daysLeft, link } });
    expect(await t.mails(tenant)).toEqual([
      warning(6),
      warning(2),
      warning(1),
      { template: 'TRIAL_EXPIRED', to: ownerOf('trying'), values: { link } },
    ]);
    expect(await t.events(tenant, 'tenancy.tenant_status_changed')).toEqual([
      { tenant: { ...tenant, status: 'TRIAL_EXPIRED' }, before: 'ACTIVE', step: 'END_TRIAL', reason: null },
    ]);

    const owner = contextFor({ ...tenant, status: 'TRIAL_EXPIRED' }, memberOf(billing), t.clock);
    const chosen = await t.subgraph.services.life.choosePlan(owner, 'PRO');
    expect(chosen).toMatchObject({ status: 'ACTIVE', plan: 'PROFESSIONAL', trialEndsAt: null });
    t.clock.advance(30 * DAY_MS);
    await watch();
    expect(await t.lookUp('trying')).toMatchObject({ status: 'ACTIVE', plan: 'PROFESSIONAL' });
  });

  it('ends by a plan from the list, chosen by who looks after the bills', async () => {
    const tenant = await t.company('choosing');
    const { life } = t.subgraph.services;
    const withPermissions = (...permissions: TenantPermission[]) => contextFor(tenant, memberOf(permissions), t.clock);
    await expect(life.choosePlan(withPermissions('billing:read'), 'STARTER')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const unlisted of ['FREE', 'PERFORMANCE', 'GOLD']) {
      await expect(life.choosePlan(withPermissions(...billing), unlisted)).rejects.toMatchObject({ issues: [{ field: 'plan' }] });
    }
    await life.choosePlan(withPermissions(...billing), 'STARTER');
    expect(await t.events(tenant, 'tenancy.tenant_changed')).toEqual([{ tenant, fields: ['plan', 'trialEndsAt'] }]);
    expect(await t.events(tenant, 'tenancy.tenant_status_changed')).toEqual([]);
  });

  it('is extended by staff, begins again by it, and is warned of anew', async () => {
    const tenant = await t.company('extended');
    t.clock.advance(15 * DAY_MS);
    await watch();
    const until = (days: number): Date => new Date(t.clock.now().getTime() + days * DAY_MS);
    const { life } = t.subgraph.services;
    for (const wrong of [-1, 400]) {
      await expect(life.extendTrial(t.staffContext(), tenant.id, until(wrong))).rejects.toMatchObject({ issues: [{ field: 'until' }] });
    }
    await life.extendTrial(t.staffContext(), tenant.id, until(3));
    expect(await t.lookUp('extended')).toMatchObject({ status: 'ACTIVE' });
    await watch();
    expect((await t.mails(tenant)).map(({ template }) => template)).toEqual(['TRIAL_EXPIRED', 'TRIAL_EXPIRY_WARNING']);
  });
});
