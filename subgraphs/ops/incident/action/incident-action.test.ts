import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { compiledPolicy, enforcePolicies } from '../../../../tests/support/policies.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { ACTING_FLAGS } from '../../../_kernel/flags/evaluation/known-flags.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { PolicyId } from '../../../identity/ids.js';
import { TenantId } from '../../../tenancy/ids.js';
import { IncidentActionId, IncidentId } from '../../ids.js';

const NOW = Math.floor(Date.now() / 1_000);
const adminOf = (at: number): Principal => ({
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:incidents:read', 'platform:incidents:manage'],
  assurance: { level: 'aal2', at },
});
const ADMIN = adminOf(NOW);
const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const CLIENT = memberOf([], { roles: ['USER'] });

const ANSWER = `{ __typename ... on Error { message } ... on AppliedIncidentAction {
  action { id kind rolledBackAt changes { key hadOwnBefore before after } } incident { id } blocked { key reason policyIds } } }`;
const APPLY = `mutation($input: ApplyIncidentActionInput!) { answer: applyIncidentAction(input: $input) ${ANSWER} }`;
const ROLL_BACK = `mutation($id: ID!) { answer: rollbackIncidentAction(id: $id) ${ANSWER} }`;

interface Answer {
  readonly __typename: string;
  readonly action: { readonly id: string; readonly rolledBackAt: string | null; readonly changes: readonly { key: string }[] };
  readonly blocked: readonly { readonly key: string; readonly reason: string; readonly policyIds: readonly string[] }[];
}

describe('what is done about an incident', () => {
  let t: TestOps;
  let incidentId: string;

  beforeEach(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    const failures = Array.from({ length: 60 }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) }));
    await t.tellAll('identity.login_failed', failures);
    incidentId = await eventually(async () => {
      const { data } = await t.graphql('{ incidents { edges { node { id } } } }', { as: OWNER });
      const page = data?.['incidents'] as { edges: { node: { id: string } }[] };
      return page.edges[0]?.node.id;
    });
  });
  afterEach(() => t.stop());

  const ask = async (source: string, variables: object, as: Principal, tenant: TenantIdentity): Promise<Answer> => {
    const result = await t.graphql(source, { variables: { ...variables }, as, tenant });
    expect(result.errors).toBeUndefined();
    return (result.data as Record<string, never>)['answer'] as unknown as Answer;
  };
  const apply = (input: object, as: Principal = OWNER, tenant = as.kind === 'platform' ? PLATFORM_TENANT : ACME) =>
    ask(APPLY, { input: { incidentId, kind: 'APPLY_RECOMMENDED_FLAGS', reason: 'a test', ...input } }, as, tenant);
  const rollBack = (id: string, as: Principal = OWNER, tenant = as.kind === 'platform' ? PLATFORM_TENANT : ACME) =>
    ask(ROLL_BACK, { id }, as, tenant);
  const isOn = (key: string, tenant: TenantIdentity): boolean =>
    t.runtime.flags.isOn(key, { tenantId: tenant.id, plan: tenant.plan, now: new Date() });

  it('sets the recommended flags at its company alone, and one call gives all of them back', async () => {
    const { action, blocked } = await apply({});
    expect(blocked).toEqual([]);
    expect(action.changes).toContainEqual({ key: 'auth.captcha.enabled', hadOwnBefore: false, before: null, after: true });
    for (const { key } of action.changes) {
      if (key === 'auth.forceLogoutAll') continue;
      expect([isOn(key, ACME), isOn(key, GLOBEX)]).toEqual([true, false]);
    }
    const undone = await rollBack(action.id);
    expect(undone.action.rolledBackAt).not.toBeNull();
    for (const { key } of action.changes) expect(isOn(key, ACME)).toBe(false);
    expect(await rollBack(action.id)).toMatchObject({ __typename: 'InvalidTransitionError' });
  });

  it('gives a company back the value of its own that it had before', async () => {
    const set = `mutation { setFeatureFlag(input: { key: "auth.oauth.disableProvider", value: "github", tenantId: "${TenantId.encode(ACME.id)}", reason: "before" }) { __typename } }`;
    const answer = await t.graphql(set, { as: ADMIN, tenant: PLATFORM_TENANT });
    expect(answer.data?.['setFeatureFlag']).toEqual({ __typename: 'FeatureFlagReceipt' });
    const textNow = () => t.runtime.flags.textOf(ACTING_FLAGS.disabledProvider, { tenantId: ACME.id, now: new Date() });
    const { action } = await apply({ kind: 'DISABLE_PROVIDER', provider: 'google' }, ADMIN);
    expect(action.changes).toEqual([{ key: 'auth.oauth.disableProvider', hadOwnBefore: true, before: 'github', after: 'google' }]);
    expect(textNow()).toBe('google');
    await rollBack(action.id, ADMIN);
    expect(textNow()).toBe('github');
  });

  it('blocks sign-ups and switches a provider off at its company alone, and one call of each gives it back', async () => {
    const valueAt = (key: string, tenant: TenantIdentity) => {
      const flag = t.runtime.flags.all().find((one) => one.key === key);
      return flag?.type === 'STRING'
        ? t.runtime.flags.textOf(key, { tenantId: tenant.id, plan: tenant.plan, now: new Date() })
        : isOn(key, tenant);
    };
    for (const [input, key, off, on] of [
      [{ kind: 'BLOCK_SIGNUPS' }, 'auth.blockNewSignups', false, true],
      [{ kind: 'DISABLE_PROVIDER', provider: 'google' }, 'auth.oauth.disableProvider', '', 'google'],
    ] as const) {
      expect([valueAt(key, ACME), valueAt(key, GLOBEX)]).toEqual([off, off]);
      const { action } = await apply(input);
      expect(action.changes).toEqual([{ key, hadOwnBefore: false, before: null, after: on }]);
      expect([valueAt(key, ACME), valueAt(key, GLOBEX)]).toEqual([on, off]);
      expect((await rollBack(action.id)).action.rolledBackAt).not.toBeNull();
      expect([valueAt(key, ACME), valueAt(key, GLOBEX)]).toEqual([off, off]);
      expect(await rollBack(action.id)).toMatchObject({ __typename: 'InvalidTransitionError' });
    }
  });

  it('asks identity to sign everybody out, which nobody can undo', async () => {
    const { action } = await apply({ kind: 'FORCE_LOGOUT' });
    const { rows } = await t.runtime.pools.platform.query(
      `SELECT tenant_id FROM kernel.outbox_event WHERE type = 'ops.forced_logout_requested'`,
    );
    expect(rows).toEqual([{ tenant_id: ACME.id }]);
    expect(await rollBack(action.id)).toMatchObject({ __typename: 'InvalidTransitionError' });
  });

  it('leaves a flag alone that takes a second person, and says so', async () => {
    await t.runtime.pools.platform.query(
      `INSERT INTO kernel.flag (key, definition, changed_at)
       SELECT 'auth.captcha.enabled', $1::jsonb, now()`,
      [JSON.stringify({ ...t.runtime.flags.all().find(({ key }) => key === 'auth.captcha.enabled'), needsApproval: true })],
    );
    const { action, blocked } = await apply({});
    expect(blocked).toEqual([{ key: 'auth.captcha.enabled', reason: expect.stringContaining('second person'), policyIds: [] }]);
    expect(action.changes.map(({ key }) => key)).not.toContain('auth.captcha.enabled');
  });

  it('is not done where a policy of the company denies it, which says which and why', async () => {
    const deny = compiledPolicy({
      description: 'Captchas are for the night shift',
      effect: 'DENY',
      actions: ['incident:*'],
      resources: ['Incident'],
      principals: { roles: ['OWNER'], families: [], users: [] },
      conditions: [{ attribute: 'resource.flag', operator: 'IN', value: ['auth.captcha.enabled', 'auth.blockNewSignups'] }],
    });
    const reason = 'Denied by policy: Captchas are for the night shift';
    const policyIds = [PolicyId.encode(deny.id)];
    await enforcePolicies(t.runtime, ACME, [deny]);
    const { action, blocked } = await apply({});
    expect(blocked).toEqual([{ key: 'auth.captcha.enabled', reason, policyIds }]);
    expect(action.changes.length).toBeGreaterThan(0);
    expect(isOn('auth.captcha.enabled', ACME)).toBe(false);
    const whole = await apply({ kind: 'BLOCK_SIGNUPS' });
    expect([whole.action.changes, whole.blocked]).toEqual([[], [{ key: 'auth.blockNewSignups', reason, policyIds }]]);
    expect(isOn('auth.blockNewSignups', ACME)).toBe(false);
    const { data } = await t.graphql(`{ incident(id: "${incidentId}") { timeline { note } } }`, { as: OWNER });
    const { timeline } = data?.['incident'] as { timeline: { note: string }[] };
    expect(timeline.at(-1)?.note).toBe(`Done: BLOCK_SIGNUPS (). a test Not done: auth.blockNewSignups. ${reason}`);

    await t.runtime.accessLog.written();
    const log = await t.runtime.pools.platform.query<{ action: string }>(
      'SELECT action, allowed, policy_ids, resource_id FROM kernel.access_decision WHERE NOT allowed ORDER BY id',
    );
    expect(log.rows).toEqual(
      ['incident:applyFlags', 'incident:blockSignups'].map((name) => ({
        action: name,
        allowed: false,
        policy_ids: [deny.id],
        resource_id: IncidentId.require(incidentId),
      })),
    );
    await t.settle();
    const { rows } = await t.runtime.pools.platform.query<{ keys: string }>(
      `SELECT meta -> 'blocked' -> 0 ->> 'key' AS keys FROM ops.audit_entry WHERE meta ? 'actionId' AND meta ? 'blocked' ORDER BY occurred_at`,
    );
    expect(rows.map(({ keys }) => keys)).toEqual(['auth.captcha.enabled', 'auth.blockNewSignups']);
  });

  it('is stopped by no policy of another company, and staff of the platform by none', async () => {
    const denyAll = compiledPolicy({
      description: 'Nothing',
      effect: 'DENY',
      actions: ['incident:*'],
      resources: ['Incident'],
      principals: { roles: [], families: [], users: [] },
      conditions: [],
    });
    await enforcePolicies(t.runtime, GLOBEX, [denyAll]);
    expect((await apply({ kind: 'BLOCK_SIGNUPS' })).blocked).toEqual([]);
    await enforcePolicies(t.runtime, ACME, [denyAll]);
    expect((await apply({ kind: 'FORCE_LOGOUT' })).blocked).toMatchObject([{ key: 'auth.forceLogoutAll' }]);
    expect((await apply({ kind: 'DISABLE_PROVIDER', provider: 'google' })).blocked).toHaveLength(1);
    expect((await apply({ kind: 'DISABLE_PROVIDER', provider: 'google' }, ADMIN)).blocked).toEqual([]);
    const { rows } = await t.runtime.pools.platform.query(`SELECT 1 FROM kernel.outbox_event WHERE type = 'ops.forced_logout_requested'`);
    expect(rows).toEqual([]);
  });

  it('names what an action lacks or may not have', async () => {
    expect(await apply({ kind: 'DISABLE_PROVIDER' })).toMatchObject({ __typename: 'ValidationError' });
    expect(await apply({ keys: ['maintenance_mode'] })).toMatchObject({ __typename: 'ValidationError' });
    expect(isOn('maintenance_mode', ACME)).toBe(false);
  });

  it('takes a fresh proof, the permission, and an incident of the own company', async () => {
    const stale: Principal = { ...OWNER, assurance: { level: 'aal1', at: NOW - 3_600 } } as Principal;
    expect(await apply({}, stale)).toMatchObject({ __typename: 'StepUpRequiredError' });
    expect(await apply({}, adminOf(NOW - 3_600))).toMatchObject({ __typename: 'StepUpRequiredError' });
    expect(await apply({}, CLIENT)).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await apply({}, OWNER, GLOBEX)).toMatchObject({ __typename: 'NotFoundError' });
    const { action } = await apply({});
    expect(await rollBack(action.id, OWNER, GLOBEX)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await rollBack(IncidentActionId.encode(uuidv7()), ADMIN)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await rollBack(action.id, stale)).toMatchObject({ __typename: 'StepUpRequiredError' });
  });

  it('is told in the timeline, beside the incident, and in the audit trail', async () => {
    const { action } = await apply({ kind: 'BLOCK_SIGNUPS', reason: 'bots' });
    await rollBack(action.id);
    const { data } = await t.graphql(`{ incident(id: "${incidentId}") { actions { kind reason } timeline { note actorKind } } }`, { as: OWNER });
    expect(data?.['incident']).toMatchObject({
      actions: [{ kind: 'BLOCK_SIGNUPS', reason: 'bots' }],
      timeline: [
        expect.anything(),
        { note: 'Done: BLOCK_SIGNUPS (auth.blockNewSignups). bots', actorKind: 'MEMBER' },
        { note: 'Undone: BLOCK_SIGNUPS (auth.blockNewSignups)', actorKind: 'MEMBER' },
      ],
    });
    await t.settle();
    const { rows } = await t.runtime.pools.platform.query<{ change: string }>(
      `SELECT meta ->> 'change' AS change FROM ops.audit_entry WHERE action = 'OPS_ACTION_APPLIED' AND meta ? 'actionId' ORDER BY occurred_at`,
    );
    expect(rows.map(({ change }) => change)).toEqual(['incident_action_applied', 'incident_action_rolled_back']);
  });
});
