import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { ownerOf, startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { TENANT_STATUSES, type TenantStatus } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../ids.js';
import { afterStep, type LifeFacts, type LifeStep } from './tenant-life.js';

const NOW = new Date('2027-03-01T12:00:00Z');
const daysFrom = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

const FACTS: LifeFacts = {
  status: 'ACTIVE',
  plan: 'STARTER',
  trialEndsAt: daysFrom(5),
  suspendedAt: null,
  suspensionReason: null,
  deletedAt: null,
};
const SUSPENDED: LifeFacts = { ...FACTS, status: 'SUSPENDED', suspendedAt: daysFrom(-1), suspensionReason: 'Fraud' };

const STEPS: readonly LifeStep[] = [
  { kind: 'SUSPEND', reason: 'Fraud' },
  { kind: 'REACTIVATE' },
  { kind: 'END_TRIAL' },
  { kind: 'EXTEND_TRIAL', until: daysFrom(20) },
  { kind: 'CHOOSE_PLAN', plan: 'PROFESSIONAL' },
  { kind: 'DELETE' },
  { kind: 'RESTORE' },
];

describe('the life of a company', () => {
  it('knows from each status exactly these steps', () => {
    const factsOf = (status: TenantStatus): LifeFacts =>
      status === 'SUSPENDED'
        ? SUSPENDED
        : { ...FACTS, status, trialEndsAt: daysFrom(-1), deletedAt: status === 'CANCELLED' ? daysFrom(-1) : null };
    const possible = TENANT_STATUSES.map((status) => [
      status,
      STEPS.filter((step) => {
        try {
          afterStep(factsOf(status), step, NOW);
          return true;
        } catch {
          return false;
        }
      }).map(({ kind }) => kind),
    ]);
    expect(Object.fromEntries(possible)).toEqual({
      ACTIVE: ['SUSPEND', 'END_TRIAL', 'EXTEND_TRIAL', 'CHOOSE_PLAN', 'DELETE'],
      SUSPENDED: ['REACTIVATE', 'DELETE'],
      TRIAL_EXPIRED: ['SUSPEND', 'EXTEND_TRIAL', 'CHOOSE_PLAN', 'DELETE'],
      CANCELLED: ['RESTORE'],
    });
  });

  it('lets the trial go on while a company is locked out or deleted', () => {
    const late = daysFrom(6);
    expect(afterStep(SUSPENDED, { kind: 'REACTIVATE' }, NOW).status).toBe('ACTIVE');
    expect(afterStep(SUSPENDED, { kind: 'REACTIVATE' }, late).status).toBe('TRIAL_EXPIRED');
    const deleted = afterStep(FACTS, { kind: 'DELETE' }, NOW);
    expect(afterStep(deleted, { kind: 'RESTORE' }, NOW)).toEqual(FACTS);
    expect(afterStep(deleted, { kind: 'RESTORE' }, late).status).toBe('TRIAL_EXPIRED');
  });

  it('does not wash a suspension off by deleting and restoring', () => {
    const deleted = afterStep(SUSPENDED, { kind: 'DELETE' }, NOW);
    expect(afterStep(deleted, { kind: 'RESTORE' }, NOW)).toEqual(SUSPENDED);
  });

  it('ends no trial before its time, and brings nobody back after thirty days', () => {
    const code = expect.objectContaining({ code: 'INVALID_TRANSITION' });
    expect(() => afterStep(FACTS, { kind: 'END_TRIAL' }, NOW)).toThrow(code);
    const deleted = afterStep(FACTS, { kind: 'DELETE' }, NOW);
    expect(afterStep(deleted, { kind: 'RESTORE' }, daysFrom(29.9)).deletedAt).toBeNull();
    expect(() => afterStep(deleted, { kind: 'RESTORE' }, daysFrom(30))).toThrow(code);
  });
});

describe('a company on the platform', () => {
  let t: TestTenancy;
  beforeAll(async () => {
    t = await startTestTenancy();
  });
  afterAll(() => t.stop());

  const idOf = async (slug: string): Promise<string> => TenantId.encode((await t.company(slug)).id);

  it('is suspended for a reason that its owners are told, and reactivated', async () => {
    const tenant = await t.company('shady');
    await t.subgraph.services.life.suspend(t.staffContext(), tenant.id, '  Selling stolen goods ');
    expect(await t.lookUp('shady')).toMatchObject({ status: 'SUSPENDED' });
    expect(await t.events(tenant, 'tenancy.tenant_status_changed')).toEqual([
      {
        tenant: { ...tenant, status: 'SUSPENDED' },
        before: 'ACTIVE',
        step: 'SUSPEND',
        reason: 'Selling stolen goods',
      },
    ]);
    await t.subgraph.services.life.reactivate(t.staffContext(), tenant.id);
    expect(await t.lookUp('shady')).toEqual(tenant);
    expect(await t.mails(tenant)).toEqual([
      { template: 'TENANT_SUSPENDED', to: ownerOf('shady'), values: { reason: 'Selling stolen goods' } },
      { template: 'TENANT_REACTIVATED', to: ownerOf('shady'), values: { link: 'http://shady.spine.example' } },
    ]);
  });

  it('writes to who is an owner now, and to nobody who is one no more', async () => {
    const tenant = await t.company('handover');
    const userId = uuidv7();
    const grant = { membershipId: uuidv7(), userId, email: 'new@handover.example', displayName: 'New', roles: ['STAFF'] };
    await t.tell('identity.membership_granted', grant, { tenant });
    await t.tell('identity.membership_changed', { membershipId: grant.membershipId, userId, roles: ['OWNER'], status: 'ACTIVE' }, { tenant });
    const [first] = await t.subgraph.services.owners.of(t.staffContext(), tenant.id);
    await t.tell('identity.membership_changed', { membershipId: uuidv7(), userId: first?.userId ?? '', roles: ['OWNER'], status: 'SUSPENDED' }, { tenant });
    await t.settle(tenant);
    await t.subgraph.services.life.suspend(t.staffContext(), tenant.id, 'Unpaid');
    expect((await t.mails(tenant)).map(({ to }) => to)).toEqual(['new@handover.example']);
  });

  it('is deleted softly: its subdomain leads nowhere, its list is another, and for thirty days it comes back', async () => {
    const tenant = await t.company('closing');
    await t.subgraph.services.life.remove(t.staffContext(), tenant.id);
    expect(await t.lookUp('closing')).toBeNull();
    const list = async (deleted: boolean): Promise<number> =>
      t.subgraph.services.tenants.list(t.staffContext(), {}, { search: 'closing', deleted }).then((page) => page.total());
    expect([await list(false), await list(true)]).toEqual([0, 1]);
    const again = { name: 'Thief', slug: 'closing', plan: 'FREE', timeZone: 'UTC', currency: 'USD' };
    await expect(t.subgraph.services.tenants.create(t.staffContext(), again)).rejects.toMatchObject({ code: 'CONFLICT' });
    await t.subgraph.services.life.restore(t.staffContext(), tenant.id);
    expect(await t.lookUp('closing')).toEqual(tenant);
    expect((await t.events(tenant, 'tenancy.tenant_status_changed')).map(({ step }) => step)).toEqual(['DELETE', 'RESTORE']);
  });

  it('answers a step through the graph with a typed refusal, alike for a malformed and an unknown id', async () => {
    const id = await idOf('typed');
    const suspend = 'mutation ($id: ID!, $reason: String!) { suspendTenant(id: $id, reason: $reason) { __typename ... on Tenant { status suspensionReason owners { email } } ... on UserError { code } } }';
    const ask = async (given: object, as = t.staff()) => (await t.graphql(suspend, { as, variables: { reason: 'Abuse', ...given } })).data?.['suspendTenant'];
    const unknown = await ask({ id: TenantId.encode(uuidv7()) });
    expect(unknown).toEqual({ __typename: 'NotFoundError', code: 'NOT_FOUND' });
    expect(await ask({ id: 'tnt_nonsense' })).toEqual(unknown);
    expect(await ask({ id, reason: '  ' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await ask({ id })).toEqual({
      __typename: 'Tenant',
      status: 'SUSPENDED',
      suspensionReason: 'Abuse',
      owners: [{ email: ownerOf('typed') }],
    });
    expect(await ask({ id })).toMatchObject({ __typename: 'InvalidTransitionError', code: 'INVALID_TRANSITION' });
  });

  it('is out of reach for its owner, whatever the id, and for staff who proved themselves long ago', async () => {
    const tenant = await t.company('mine');
    const { life, bulk, tenants, owners } = t.subgraph.services;
    const owner = contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);
    for (const id of [tenant.id, uuidv7()]) {
      for (const attempt of [
        () => life.suspend(owner, id, 'x'),
        () => life.reactivate(owner, id),
        () => life.remove(owner, id),
        () => life.restore(owner, id),
        () => life.extendTrial(owner, id, new Date(t.clock.now().getTime() + 1_000_000)),
        () => bulk.update(owner, [{ given: id, id }], { plan: 'ENTERPRISE' }),
        () => tenants.update(owner, id, { plan: 'ENTERPRISE' }),
        () => owners.of(owner, id),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      }
    }
    const stale = t.staffContext({ ...t.staff(), assurance: { level: 'aal2', at: 0 } } as ReturnType<TestTenancy['staff']>);
    await expect(life.suspend(stale, tenant.id, 'x')).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(bulk.suspend(stale, [{ given: '', id: tenant.id }], 'x')).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });

  it('cannot write its own status past the graph', async () => {
    const tenant = await t.company('sql');
    const db = t.runtime.database.tenants.of({ tenant });
    await expect(db.tenant.updateMany({ data: { status: 'SUSPENDED' } })).rejects.toThrow(/permission denied/);
    await expect(db.tenant.updateMany({ data: { deletedAt: new Date() } })).rejects.toThrow(/permission denied/);
  });

  it('is exported by its owner and by staff, not by anybody else', async () => {
    const tenant = await t.company('exporting');
    const other = await t.company('curious');
    const { exports } = t.subgraph.services;
    const { data } = await exports.export(t.ownerContext(tenant), null);
    expect(data).toMatchObject({
      tenant: { slug: 'exporting', plan: 'STARTER' },
      features: { appointments: true, api_access: false },
      settings: { locale: 'en' },
      onboarding: null,
    });
    expect(await exports.export(t.staffContext(), tenant.id)).toMatchObject({ data: { tenant: { slug: 'exporting' } } });
    await expect(exports.export(t.ownerContext(other), tenant.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(exports.export(contextFor(tenant, memberOf([])), null)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const longAgo = { ...memberOf(['settings:update']), assurance: { level: 'aal1', at: 0 } } as ReturnType<typeof memberOf>;
    await expect(exports.export(contextFor(tenant, longAgo), null)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    expect(await t.events(tenant, 'tenancy.tenant_exported')).toHaveLength(2);
  });
});
