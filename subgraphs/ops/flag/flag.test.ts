import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { createFlagWatch } from '../../_kernel/flags/flag-watch.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../../tenancy/ids.js';

const adminOf = (provedAt: number): Principal => ({
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:incidents:read', 'platform:incidents:manage'],
  assurance: { level: 'aal2', at: provedAt },
});
const NOW = Math.floor(Date.now() / 1_000);
const ADMIN = adminOf(NOW);
const COLLEAGUE = adminOf(NOW);
const STALE_ADMIN = adminOf(NOW - 3_600);

const REFUSAL = '... on Error { message } ... on ValidationError { issues { field message } }';
const RECEIPT = '... on FeatureFlagReceipt { flag { key defaultValue } proposal { id status } }';

describe('feature flags', () => {
  let t: TestOps;
  beforeAll(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await t.settle(ACME, GLOBEX);
  });
  afterAll(() => t.stop());

  const ask = async (source: string, variables: object = {}, as: Principal = ADMIN) => {
    const result = await t.graphql(source, { variables: { ...variables }, as, tenant: PLATFORM_TENANT });
    expect(result.errors).toBeUndefined();
    return result.data as Record<string, never>;
  };
  /** A mutation's answer, as success or refusal. */
  const change = async (name: string, parameters: string, args: string, variables: object, as: Principal = ADMIN) => {
    const data = await ask(`mutation(${parameters}) { answer: ${name}(${args}) { __typename ${RECEIPT} ${REFUSAL} } }`, variables, as);
    return data['answer'] as unknown as {
      readonly __typename: string;
      readonly issues?: readonly { readonly field: string }[];
      readonly flag: { readonly key: string; readonly defaultValue: unknown };
      readonly proposal: { readonly id: string; readonly status: string } | null;
    };
  };
  const set = (input: object, as: Principal = ADMIN) =>
    change('setFeatureFlag', '$input: SetFeatureFlagInput!', 'input: $input', { input: { reason: 'a test', ...input } }, as);
  const create = (input: object) =>
    change('createFeatureFlag', '$input: CreateFeatureFlagInput!', 'input: $input', {
      input: { description: 'of a test', reason: 'a test', ...input },
    });
  const rules = (key: string, given: object[]) =>
    change('setFeatureFlagRules', '$key: String!, $rules: [FlagRuleInput!]!', 'key: $key, rules: $rules, reason: "a test"', {
      key,
      rules: given,
    });
  const kill = (key: string, on: boolean, value: unknown = false) =>
    change('setFeatureFlagKillSwitch', '$key: String!, $on: Boolean!, $value: JSON', 'key: $key, on: $on, value: $value, reason: "a test"', { key, on, value });
  const evaluate = async (key: string, context: object = {}) =>
    (await ask('query($key: String!, $context: FlagContextInput) { flagEvaluation(key: $key, context: $context) { value reason ruleId variant } }', {
      key,
      context,
    }))['flagEvaluation'] as unknown as { readonly value: unknown; readonly reason: string; readonly variant: string | null };
  const acme = { tenantId: TenantId.encode(ACME.id) };
  const globex = { tenantId: TenantId.encode(GLOBEX.id) };

  it('gives a company its own value at once, and everyone else the global one', async () => {
    await set({ key: 'new_dashboard', value: false });
    await set({ key: 'new_dashboard', value: true, ...acme });
    const read = `{ own: flagBool(key: "new_dashboard", tenantId: "${acme.tenantId}") other: flagBool(key: "new_dashboard", tenantId: "${globex.tenantId}") all: flagBool(key: "new_dashboard") }`;
    expect(await ask(read)).toEqual({ own: true, other: false, all: false });
  });

  it('lets the kill switch win over the company, the company over its plan, that over rules, those over the default', async () => {
    await create({ key: 'ladder', type: 'STRING', defaultValue: 'default' });
    const seen = async () => {
      const { value, reason } = await evaluate('ladder', acme);
      return [value, reason];
    };
    expect(await seen()).toEqual(['default', 'DEFAULT']);
    await rules('ladder', [{ id: 'all', value: 'rule', percentage: 100, stickiness: 'tenantId' }]);
    expect(await seen()).toEqual(['rule', 'RULE']);
    await change('setFeatureFlagPlans', '$plans: JSON!', 'key: "ladder", plans: $plans, reason: "a test"', { plans: { PROFESSIONAL: 'plan' } });
    expect(await seen()).toEqual(['plan', 'PLAN']);
    await set({ key: 'ladder', value: 'own', ...acme });
    expect(await seen()).toEqual(['own', 'TENANT_OVERRIDE']);
    await kill('ladder', true, 'killed');
    expect(await seen()).toEqual(['killed', 'KILL_SWITCH']);
    await kill('ladder', false);
    expect(await seen()).toEqual(['own', 'TENANT_OVERRIDE']);
  });

  it('gives every plan the features it is sold with', async () => {
    expect(await evaluate('custom_branding', acme)).toMatchObject({ value: false, reason: 'PLAN' });
    expect(await evaluate('sms_reminders', acme)).toMatchObject({ value: true, reason: 'PLAN' });
  });

  it('keeps values of all four types and refuses one of another type, by the name of its field', async () => {
    for (const [type, value, wrong] of [
      ['BOOLEAN', true, 'yes'],
      ['STRING', 'V2', 2],
      ['NUMBER', 0.5, '0.5'],
      ['JSON', { allow: ['a'] }, null],
    ] as const) {
      const key = `typed_${type.toLowerCase()}`;
      await create({ key, type, defaultValue: value });
      expect((await evaluate(key)).value).toEqual(value);
      if (wrong === null) continue;
      expect(await set({ key, value: wrong })).toMatchObject({ __typename: 'ValidationError', issues: [{ field: 'value' }] });
      expect(await rules(key, [{ id: 'a', value: wrong }])).toMatchObject({ issues: [{ field: 'rules.0.value' }] });
    }
  });

  it('names what is wrong with a rule', async () => {
    const wrong = { id: 'a', value: true, percentage: 101, from: 'tomorrow' };
    const { issues = [] } = await rules('new_dashboard', [wrong]);
    expect(issues.map(({ field }) => field).sort()).toEqual(['rules.0.from', 'rules.0.percentage']);
  });

  it('follows a schedule by the clock alone', async () => {
    await create({ key: 'sale', type: 'BOOLEAN', defaultValue: false });
    const at = (minutes: number) => new Date(t.clock.now().getTime() + minutes * 60_000).toISOString();
    await rules('sale', [{ id: 'week', value: true, stickiness: 'tenantId', from: at(10), until: at(20) }]);
    expect((await evaluate('sale', acme)).value).toBe(false);
    t.clock.advance(15 * 60_000);
    expect((await evaluate('sale', acme)).value).toBe(true);
    t.clock.advance(6 * 60_000);
    expect((await evaluate('sale', acme)).value).toBe(false);
    t.clock.advance(-21 * 60_000);
  });

  it('has a marked flag changed by two, and never by one', async () => {
    await create({ key: 'dangerous', type: 'BOOLEAN', defaultValue: false, needsApproval: true });
    const { flag, proposal } = await set({ key: 'dangerous', value: true });
    expect(proposal).toMatchObject({ status: 'PENDING' });
    expect(flag).toMatchObject({ defaultValue: false });
    expect((await evaluate('dangerous')).value).toBe(false);
    const approve = async (as: Principal) =>
      (await ask(`mutation($id: ID!) { answer: approveFlagProposal(id: $id) { __typename ${REFUSAL} } }`, { id: proposal?.id }, as))['answer'] as unknown as { __typename: string };
    expect(await approve(ADMIN)).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await approve(STALE_ADMIN)).toMatchObject({ __typename: 'StepUpRequiredError' });
    expect(await approve(COLLEAGUE)).toMatchObject({ __typename: 'FlagProposal' });
    expect((await evaluate('dangerous')).value).toBe(true);
    expect(await approve(COLLEAGUE)).toMatchObject({ __typename: 'InvalidTransitionError' });
    await kill('dangerous', true);
    expect(await evaluate('dangerous')).toMatchObject({ value: false, reason: 'KILL_SWITCH' });
  });

  it('keeps each change with before, after, who and why, also in the audit trail', async () => {
    await create({ key: 'history', type: 'NUMBER', defaultValue: 1 });
    await set({ key: 'history', value: 2, reason: 'twice as much' });
    await set({ key: 'history', value: 3, reason: 'three for Acme', ...acme });
    const data = await ask('{ featureFlagChanges(key: "history", first: 2) { edges { node { kind before after reason actorKind tenant { id } } } } }');
    const page = data['featureFlagChanges'] as unknown as { edges: { node: object }[] };
    expect(page.edges.map(({ node }) => node)).toEqual([
      { kind: 'OVERRIDE', before: null, after: { value: 3, until: null }, reason: 'three for Acme', actorKind: 'PLATFORM', tenant: { id: acme.tenantId } },
      { kind: 'VALUE', before: 1, after: 2, reason: 'twice as much', actorKind: 'PLATFORM', tenant: null },
    ]);
    await t.settle(ACME, PLATFORM_TENANT);
    const { rows } = await t.runtime.pools.platform.query(
      `SELECT tenant_id FROM ops.audit_entry WHERE action = 'FEATURE_FLAG_CHANGED' AND meta ->> 'key' = 'history' ORDER BY tenant_id`,
    );
    expect(rows.map((row: { tenant_id: string }) => row.tenant_id)).toEqual([PLATFORM_TENANT.id, PLATFORM_TENANT.id, ACME.id]);
  });

  it('says which flags only stand in the way by now', async () => {
    await create({ key: 'forgotten', type: 'BOOLEAN', defaultValue: false });
    await create({ key: 'kept', type: 'BOOLEAN', defaultValue: false, permanent: true });
    t.clock.advance(41 * 86_400_000);
    const data = await ask('{ featureFlags(stale: true) { key stale } }', {}, adminOf(NOW + 41 * 86_400));
    t.clock.advance(-41 * 86_400_000);
    const stale = data['featureFlags'] as unknown as { key: string; stale: string }[];
    expect(stale).toContainEqual({ key: 'forgotten', stale: 'UNTOUCHED' });
    expect(stale.map(({ key }) => key)).not.toContain('kept');
  });

  it('asks who changes what the platform does to prove afresh who she is', async () => {
    expect(await set({ key: 'maintenance_mode', value: true }, STALE_ADMIN)).toMatchObject({ __typename: 'StepUpRequiredError' });
    expect((await evaluate('maintenance_mode')).value).toBe(false);
  });

  it('reaches a second process', async () => {
    const { pools, signal } = t.runtime;
    const other = createFlagWatch(pools.platform, signal, t.runtime.logger);
    await other.ready;
    await create({ key: 'pushed', type: 'BOOLEAN', defaultValue: true });
    await eventually(async () => other.isOn('pushed', { now: new Date() }));
    const changed = new Promise<void>((resolve) => {
      const stop = other.onChange(() => {
        stop();
        resolve();
      });
    });
    await kill('pushed', true, false);
    await changed;
    expect(other.isOn('pushed', { now: new Date() })).toBe(false);
    await other.close();
  });

  it('tells who follows flags each change, and whom to ask', async () => {
    const updates = await t.follow('subscription { featureFlagChanged { cursor flag { key defaultValue } } }', { as: ADMIN, tenant: PLATFORM_TENANT });
    const next = updates.next();
    await set({ key: 'new_recommendation_algorithm', value: 'V2' });
    expect((await next).value).toMatchObject({
      data: { featureFlagChanged: { cursor: expect.any(String), flag: { key: 'new_recommendation_algorithm', defaultValue: 'V2' } } },
    });
    await updates.return();
  });

  it('is no matter of a company, whatever its owner may do', async () => {
    const owner = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
    const refused = await t.graphql('{ featureFlags { key } }', { as: owner });
    expect(refused.data?.['featureFlags']).toBeNull();
    expect(await set({ key: 'new_dashboard', value: true }, owner)).toMatchObject({ __typename: 'ForbiddenError' });
  });

  it('answers alike for a company that there is not and one whose id is malformed', async () => {
    for (const tenantId of [TenantId.encode(uuidv7()), 'ten_nonsense']) {
      expect(await set({ key: 'new_dashboard', value: true, tenantId })).toMatchObject({ __typename: 'NotFoundError' });
    }
  });

  it('tells all flags to the gateway and to nobody else', async () => {
    const feed = (search: string, principal: Principal) =>
      t.host.forward(
        { method: 'GET', path: '/internal/flags', search, headers: {}, body: new Uint8Array() },
        { tenant: PLATFORM_TENANT, principal, origin: { requestId: uuidv7(), ip: null, userAgent: null } },
      );
    expect((await feed('', ADMIN))?.status).toBe(403);
    const gateway: Principal = { kind: 'system', name: 'gateway' };
    const page = JSON.parse((await feed('', gateway))?.body ?? '') as { version: string; flags: { key: string }[] };
    expect(page.flags.map(({ key }) => key)).toContain('new_dashboard');
    const later = feed(`?known=${page.version}&wait=9000`, gateway);
    await create({ key: 'told', type: 'BOOLEAN', defaultValue: false });
    expect((JSON.parse((await later)?.body ?? '') as { version: string }).version).not.toBe(page.version);
  });
});
