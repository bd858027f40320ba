import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { UserId } from '../../identity/ids.js';
import { TenantId } from '../../tenancy/ids.js';

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const CLIENT = memberOf([], { roles: ['USER'] });
const ADMIN: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:incidents:read', 'platform:incidents:manage'],
  assurance: { level: 'aal2', at: Math.floor(Date.now() / 1_000) },
};
const MINUTE = 60_000;

interface Node {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly mutedBy: string | null;
  readonly escalationLevel: number;
  readonly nextEscalationAt: string | null;
  readonly postmortem: string | null;
  readonly timeline: readonly { readonly note: string | null }[];
  readonly related: readonly { readonly tenant: { readonly id: string } | null }[];
}

describe('the life of an incident', () => {
  let t: TestOps;
  beforeEach(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await t.settle(ACME, GLOBEX);
  });
  afterEach(() => t.stop());

  const ask = async (source: string, as: Principal = OWNER, tenant: TenantIdentity = ACME) => {
    const result = await t.graphql(source, { as, tenant });
    expect(result.errors).toBeUndefined();
    return result.data as Record<string, never>;
  };
  const incidents = async (as: Principal = OWNER, tenant: TenantIdentity = ACME): Promise<readonly Node[]> => {
    const data = await ask(
      '{ incidents { edges { node { id type status mutedBy escalationLevel nextEscalationAt postmortem timeline { note } related { tenant { id } } } } } }',
      as,
      tenant,
    );
    return (data['incidents'] as unknown as { edges: { node: Node }[] }).edges.map(({ node }) => node);
  };
  const typed = async (type: string): Promise<Node> => {
    const node = (await incidents()).find((each) => each.type === type);
    if (!node) throw new Error(`There is no incident ${type}`);
    return node;
  };
  const failLogins = async (tenant: TenantIdentity = ACME, count = 60): Promise<void> => {
    const payloads = Array.from({ length: count }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) }));
    await t.tellAll('identity.login_failed', payloads, { tenant });
    await t.settle(tenant);
  };
  const failResets = async (): Promise<void> => {
    await t.tellAll('identity.proof_refused', Array.from({ length: 60 }, () => ({ purpose: 'PASSWORD_RESET' as const })));
    await t.settle();
  };
  const system = contextFor(PLATFORM_TENANT, { kind: 'system', name: 't' });
  const escalate = () => t.subgraph.services.escalations.escalateDue({ ...system, clock: t.clock });
  const calls = async () => {
    const { rows } = await t.runtime.pools.platform.query<{ payload: { level: number; calledId: string | null } }>(
      `SELECT payload FROM kernel.outbox_event WHERE type = 'ops.incident_escalated' ORDER BY id`,
    );
    return rows.map(({ payload }) => payload);
  };
  /** Somebody of the company. */
  const join = async (userId = uuidv7()): Promise<string> => {
    const person = { membershipId: uuidv7(), userId, email: `${userId}@acme.example`, displayName: 'On call', roles: ['STAFF'] };
    await t.tell('identity.membership_granted', person);
    await t.settle();
    return userId;
  };
  const setPolicy = (onCall: readonly string[], as: Principal = OWNER) =>
    ask(
      `mutation { answer: setEscalationPolicy(input: { leastSeverity: MEDIUM, afterMinutes: [5, 15], rotationHours: 24,
         onCallIds: [${onCall.map((id) => `"${UserId.encode(id)}"`).join(', ')}], rotationStartsAt: "${new Date(t.clock.now().getTime() - MINUTE).toISOString()}" })
         { __typename ... on EscalationPolicy { onCallNowId } ... on ValidationError { issues { field } } } }`,
      as,
    );
  const silence = (fields: string, as: Principal = OWNER) =>
    ask(`mutation { answer: silenceIncidents(input: { reason: "known", ${fields} }) { __typename ... on IncidentSilence { id } } }`, as);

  it('calls level after level in the order of those on call, until somebody takes it on', async () => {
    const [ann, bob] = [uuidv7(), uuidv7()];
    expect((await setPolicy([ann, bob]))['answer']).toMatchObject({ issues: [{ field: 'onCall.0' }, { field: 'onCall.1' }] });
    for (const userId of [ann, bob]) await join(userId);
    expect((await setPolicy([ann, bob]))['answer']).toMatchObject({ onCallNowId: UserId.encode(ann) });
    await failLogins();
    expect(await escalate()).toBe(0);
    t.clock.advance(6 * MINUTE);
    expect(await escalate()).toBe(1);
    expect(await escalate()).toBe(0);
    t.clock.advance(10 * MINUTE);
    expect(await escalate()).toBe(1);
    expect((await calls()).map(({ level, calledId }) => [level, calledId])).toEqual([[1, ann], [2, bob]]);
    const { id, escalationLevel, timeline } = await typed('FAILED_LOGINS_SPIKE');
    expect(escalationLevel).toBe(2);
    expect(timeline.map(({ note }) => note)).toContain('Nobody has taken it on: level 2 is called');
    await ask(`mutation { acknowledgeIncident(id: "${id}") { __typename } }`);
    t.clock.advance(60 * MINUTE);
    expect(await escalate()).toBe(0);
  });

  it('calls nobody for what somebody has taken on in time', async () => {
    await setPolicy([await join()]);
    await failLogins();
    const { id } = await typed('FAILED_LOGINS_SPIKE');
    await ask(`mutation { acknowledgeIncident(id: "${id}") { __typename } }`);
    t.clock.advance(30 * MINUTE);
    expect(await escalate()).toBe(0);
    expect((await typed('FAILED_LOGINS_SPIKE')).nextEscalationAt).toBeNull();
  });

  it('takes a policy only whose levels rise, from who may manage incidents', async () => {
    const wrong = `mutation { answer: setEscalationPolicy(input: { leastSeverity: LOW, afterMinutes: [15, 5], rotationHours: 0, onCallIds: ["nobody"], rotationStartsAt: "2026-01-01T00:00:00Z" }) { __typename ... on ValidationError { issues { field } } } }`;
    expect((await ask(wrong))['answer']).toMatchObject({
      issues: [{ field: 'afterMinutes' }, { field: 'onCall.0' }, { field: 'rotationHours' }],
    });
    expect((await setPolicy([], CLIENT))['answer']).toMatchObject({ __typename: 'ForbiddenError' });
  });

  it('calls nobody while a silence lasts, and somebody when it ends and the trouble goes on', async () => {
    await setPolicy([await join()]);
    await silence('type: "FAILED_LOGINS_SPIKE", minutes: 30');
    await failLogins();
    expect(await typed('FAILED_LOGINS_SPIKE')).toMatchObject({ mutedBy: 'SILENCE', nextEscalationAt: null });
    const { rows } = await t.runtime.pools.platform.query(`SELECT 1 FROM ops.notification`);
    expect(rows).toEqual([]);
    t.clock.advance(20 * MINUTE);
    expect(await escalate()).toBe(0);
    t.clock.advance(11 * MINUTE);
    expect(await escalate()).toBe(1);
    expect(await typed('FAILED_LOGINS_SPIKE')).toMatchObject({ mutedBy: null, nextEscalationAt: expect.any(String) });
    expect((await calls()).map(({ level }) => level)).toEqual([0]);
  });

  it('ends a silence before its time, and keeps those of one company from another', async () => {
    const answer = (await silence('minutes: 30'))['answer'] as unknown as { id: string };
    const end = (as: Principal, tenant = ACME) =>
      ask(`mutation { answer: endIncidentSilence(id: "${answer.id}") { __typename ... on IncidentSilence { endsAt } } }`, as, tenant);
    expect((await end(OWNER, GLOBEX))['answer']).toEqual({ __typename: 'NotFoundError' });
    expect((await end(CLIENT))['answer']).toEqual({ __typename: 'ForbiddenError' });
    expect((await end(ADMIN, PLATFORM_TENANT))['answer']).toMatchObject({ __typename: 'IncidentSilence' });
    await failLogins();
    expect(await typed('FAILED_LOGINS_SPIKE')).toMatchObject({ mutedBy: null });
    expect((await silence('minutes: 0'))['answer']).toEqual({ __typename: 'ValidationError' });
  });

  it('calls nobody for what follows from a graver incident, until that is over', async () => {
    await failLogins();
    await failResets();
    expect(await typed('PASSWORD_RESET_FAILURES')).toMatchObject({ mutedBy: 'INHIBITION' });
    expect(await escalate()).toBe(0);
    const { id } = await typed('FAILED_LOGINS_SPIKE');
    await ask(`mutation { resolveIncident(id: "${id}", note: "blocked") { __typename } }`);
    expect(await escalate()).toBe(1);
    expect(await typed('PASSWORD_RESET_FAILURES')).toMatchObject({ mutedBy: null });
  });

  it('calls a thousand alerts of one cause at several companies one cause', async () => {
    for (const tenant of [ACME, GLOBEX]) await failLogins(tenant, 500);
    const { rows } = await t.runtime.pools.platform.query<{ opens: boolean }>(
      `SELECT (payload ->> 'opensGroup')::boolean AS opens FROM kernel.outbox_event WHERE type = 'ops.incident_raised' ORDER BY id`,
    );
    expect(rows.map(({ opens }) => opens)).toEqual([true, false]);
    expect((await incidents(ADMIN, PLATFORM_TENANT)).map(({ related }) => related.length)).toEqual([1, 1]);
    expect((await incidents()).map(({ related }) => related)).toEqual([[]]);
  });

  it('ends with what was learned, which only an incident that is over can have', async () => {
    await failLogins();
    const { id } = await typed('FAILED_LOGINS_SPIKE');
    const learn = `mutation { answer: writeIncidentPostmortem(id: "${id}", text: "Rotate the edge's rules.") { __typename } }`;
    expect((await ask(learn))['answer']).toEqual({ __typename: 'InvalidTransitionError' });
    await ask(`mutation { resolveIncident(id: "${id}", note: "blocked") { __typename } }`);
    expect((await ask(learn))['answer']).toEqual({ __typename: 'Incident' });
    expect(await typed('FAILED_LOGINS_SPIKE')).toMatchObject({ status: 'POSTMORTEM', postmortem: "Rotate the edge's rules." });
  });

  it('tells how soon incidents were taken on and over', async () => {
    await failLogins();
    const { id } = await typed('FAILED_LOGINS_SPIKE');
    t.clock.advance(2 * MINUTE);
    await ask(`mutation { acknowledgeIncident(id: "${id}") { __typename } }`);
    t.clock.advance(8 * MINUTE);
    await ask(`mutation { resolveIncident(id: "${id}", note: "blocked") { __typename } }`);
    const metrics = (await ask('{ incidentMetrics { raised open acknowledged resolved mttaSeconds mttrSeconds } }'))['incidentMetrics'] as unknown as {
      readonly mttaSeconds: number;
      readonly mttrSeconds: number;
    };
    expect(metrics).toMatchObject({ raised: 1, open: 0, acknowledged: 1, resolved: 1 });
    expect(Math.abs(metrics.mttaSeconds - 120)).toBeLessThan(30);
    expect(Math.abs(metrics.mttrSeconds - 600)).toBeLessThan(30);
    expect((await ask('{ incidentMetrics { raised mttaSeconds } }', OWNER, GLOBEX))['incidentMetrics']).toEqual({ raised: 0, mttaSeconds: null });
  });

  const setThreshold = async (metric: string, value: number | null, of: { as?: Principal; at?: TenantIdentity; tenantId?: string } = {}) => {
    const named = of.tenantId === undefined ? '' : `, tenantId: "${of.tenantId}"`;
    const data = await ask(
      `mutation { answer: setAlertThreshold(input: { metric: "${metric}", value: ${value}${named} }) {
         __typename ... on AlertThreshold { value shipped isOwn } ... on ValidationError { issues { field } } ... on UserError { message } } }`,
      of.as,
      of.at,
    );
    return data['answer'] as unknown;
  };

  it('begins at the number that a company has set, there alone, and at what is shipped once that is taken back', async () => {
    expect(await setThreshold('failed_logins_5m', 200)).toEqual({ __typename: 'AlertThreshold', value: 200, shipped: 50, isOwn: true });
    for (const tenant of [ACME, GLOBEX]) await failLogins(tenant, 149);
    expect(await incidents()).toEqual([]);
    expect(await incidents(OWNER, GLOBEX)).toHaveLength(1);
    expect(await setThreshold('failed_logins_5m', null)).toMatchObject({ value: 50, isOwn: false });
    // What was counted already is looked at again, without another one.
    await t.settle();
    expect(await incidents()).toMatchObject([{ type: 'FAILED_LOGINS_SPIKE' }]);
  });

  it('begins earlier where a company wants that, which every threshold tells', async () => {
    await setThreshold('failed_logins_15m', 5);
    await failLogins(ACME, 4);
    expect(await incidents()).toEqual([]);
    await failLogins(ACME, 1);
    expect(await incidents()).toMatchObject([{ type: 'FAILED_LOGINS_SPIKE' }]);
    const listed = async (as?: Principal, tenant?: TenantIdentity, named = '') =>
      (await ask(`{ alertThresholds${named} { incidentType metric value shipped isOwn } }`, as, tenant))['alertThresholds'] as unknown;
    const own = { incidentType: 'FAILED_LOGINS_SPIKE', metric: 'failed_logins_15m', value: 5, shipped: 90, isOwn: true };
    expect(await listed()).toContainEqual(own);
    expect(await listed(OWNER, GLOBEX)).toContainEqual({ ...own, value: 90, isOwn: false });
    expect(await listed(ADMIN, PLATFORM_TENANT, `(tenantId: "${TenantId.encode(ACME.id)}")`)).toContainEqual(own);
    expect(await listed(ADMIN, PLATFORM_TENANT)).toContainEqual({ ...own, value: 90, isOwn: false });
    for (const id of [GLOBEX.id, uuidv7()]) expect(await listed(OWNER, ACME, `(tenantId: "${TenantId.encode(id)}")`)).toBeNull();
  });

  it('keeps thresholds to numbers that make sense, to whom they belong, and in the audit trail', async () => {
    for (const [metric, value] of [['failed_logins_9m', 5], ['tenant_leak_suspected_5m', 1_000], ['failed_logins_5m', 0], ['failed_logins_5m', -1]] as const) {
      expect(await setThreshold(metric, value)).toMatchObject({ __typename: 'ValidationError', issues: [{ field: value > 0 ? 'metric' : 'value' }] });
    }
    const foreign = await setThreshold('failed_logins_5m', 5, { tenantId: TenantId.encode(GLOBEX.id) });
    expect(foreign).toMatchObject({ __typename: 'NotFoundError' });
    expect(await setThreshold('failed_logins_5m', 5, { tenantId: TenantId.encode(uuidv7()) })).toEqual(foreign);
    expect(await setThreshold('failed_logins_5m', 5, { as: memberOf(['settings:read']) })).toMatchObject({ __typename: 'ForbiddenError' });
    const byStaff = { as: ADMIN, at: PLATFORM_TENANT, tenantId: TenantId.encode(GLOBEX.id) };
    expect(await setThreshold('failed_logins_5m', 70, byStaff)).toMatchObject({ value: 70 });
    expect(await setThreshold('failed_logins_5m', 80, byStaff)).toMatchObject({ value: 80 });
    await t.settle(ACME, GLOBEX);
    const metas = async (tenant: TenantIdentity) => {
      const data = await ask('{ auditEntries { edges { node { action meta } } } }', OWNER, tenant);
      return (data['auditEntries'] as unknown as { edges: { node: { meta: { change?: string } } }[] }).edges
        .map(({ node: { meta } }) => meta)
        .filter(({ change }) => change === 'alert_threshold');
    };
    expect(await metas(GLOBEX)).toMatchObject([
      { change: 'alert_threshold', metric: 'failed_logins_5m', before: 70, after: 80 },
      { change: 'alert_threshold', metric: 'failed_logins_5m', before: null, after: 70 },
    ]);
    expect(await metas(ACME)).toEqual([]);
  });

  it('has a runbook for each type, and says what is missing for a launch', async () => {
    const runbooks = (await ask('{ runbooks { incidentType markdown } }'))['runbooks'] as unknown as { markdown: string }[];
    expect(runbooks).toHaveLength(10);
    for (const { markdown } of runbooks) for (const part of ['## Steps', '## Risks', '## Taking it back']) expect(markdown).toContain(part);
    const list = (await ask('{ launchChecklist { key state } }', ADMIN, PLATFORM_TENANT))['launchChecklist'] as unknown as { key: string; state: string }[];
    expect(list).toHaveLength(12);
    expect(list).toContainEqual({ key: 'on-call', state: 'FAIL' });
    expect(list).toContainEqual({ key: 'maintenance', state: 'PASS' });
    expect(list).toContainEqual({ key: 'backups', state: 'MANUAL' });
  });
});
