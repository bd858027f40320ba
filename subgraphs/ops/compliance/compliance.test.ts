import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../../tenancy/ids.js';
import { createTreeGrower } from '../audit/log/grow-tree.js';
import { createAuditKeys } from '../audit/log/signing-key.js';
import { controlsOf, type Evidence } from './compliance.js';

const OWNER = memberOf(['settings:read'], { roles: ['OWNER'] });
const STAFF: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:audit:read'],
  assurance: { level: 'aal1', at: 0 },
};

const REPORT = `query($tenantId: ID) { complianceReport(framework: SOC2, tenantId: $tenantId) {
  framework tenantId controls { key criteria title rule status evidence { measure value unit } } } }`;
const DAY = 86_400_000;

interface ControlNode {
  readonly key: string;
  readonly criteria: readonly string[];
  readonly status: string;
  readonly evidence: readonly { readonly measure: string; readonly value: number | null }[];
}

describe('a report for auditors', () => {
  let t: TestOps;
  let owner: pg.Client;

  const reportOf = async (as: Principal = OWNER, tenant: TenantIdentity = ACME, tenantId: string | null = null) => {
    const { data, errors } = await t.graphql(REPORT, { variables: { tenantId }, as, tenant });
    expect(errors).toBeUndefined();
    return data?.['complianceReport'] as { readonly tenantId: string | null; readonly controls: readonly ControlNode[] } | null;
  };
  const controlOf = async (key: string, as: Principal = OWNER, tenant: TenantIdentity = ACME) => {
    const control = (await reportOf(as, tenant))?.controls.find((one) => one.key === key);
    if (!control) throw new Error(`The report has no ${key}`);
    return { status: control.status, facts: Object.fromEntries(control.evidence.map(({ measure, value }) => [measure, value])) };
  };
  /** Past every trigger. */
  const tamper = async (statement: string): Promise<void> => {
    await owner.query("SET session_replication_role = 'replica'");
    await owner.query(statement);
    await owner.query("SET session_replication_role = 'origin'");
  };
  const ago = (days: number): Date => new Date(t.clock.now().getTime() - days * DAY);
  const join = async (roles: readonly string[], days: number) => {
    const [membershipId, userId] = [uuidv7(), uuidv7()];
    const person = { membershipId, userId, email: `${userId}@acme.example`, displayName: 'Ann', roles };
    await t.tell('identity.membership_granted', person, { at: ago(days) });
    return { membershipId, userId, roles };
  };
  const signIn = async (subjectId: string, assurance: 'aal1' | 'aal2', days = 0): Promise<void> => {
    await t.tell('identity.login_succeeded', { realm: 'tenant', subjectId, sessionId: uuidv7(), assurance }, { at: ago(days) });
    await t.settle();
  };

  beforeAll(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await t.settle(ACME, GLOBEX);
    owner = new pg.Client({ connectionString: t.runtime.url });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await t.stop();
  });

  it('counts sign-ins by two factors, of those who may more than a client', async () => {
    expect(await controlOf('two-factors')).toMatchObject({ status: 'NO_EVIDENCE' });
    const [ann, client] = [await join(['OWNER'], 10), await join(['USER'], 10)];
    await signIn(client.userId, 'aal1');
    expect(await controlOf('two-factors')).toMatchObject({ status: 'NO_EVIDENCE' });
    await signIn(ann.userId, 'aal1', 2);
    expect(await controlOf('two-factors')).toEqual({ status: 'NOT_MET', facts: { 'people who signed in': 1, 'of them by two factors': 0 } });
    await signIn(ann.userId, 'aal2');
    expect(await controlOf('two-factors')).toEqual({ status: 'MET', facts: { 'people who signed in': 1, 'of them by two factors': 1 } });
    expect(await controlOf('two-factors', OWNER, GLOBEX)).toMatchObject({ status: 'NO_EVIDENCE' });
  });

  it('finds whoever keeps access that she does not use, and whoever uses what was taken from her', async () => {
    const [manager, newcomer] = [await join(['MANAGER'], 120), await join(['MANAGER'], 5)];
    await t.settle();
    expect(await controlOf('access-review')).toMatchObject({ status: 'NOT_MET', facts: { 'of them without a sign-in': 1 } });
    await t.tell('identity.membership_removed', manager, { at: ago(3) });
    await t.settle();
    expect(await controlOf('access-review')).toMatchObject({ status: 'MET', facts: { 'of them without a sign-in': 0 } });
    expect(await controlOf('removed-access')).toMatchObject({ status: 'MET', facts: { 'memberships removed': 1, 'sign-ins after removal': 0 } });
    await signIn(manager.userId, 'aal2', 4);
    await signIn(newcomer.userId, 'aal2');
    expect(await controlOf('removed-access')).toMatchObject({ status: 'MET' });
    await signIn(manager.userId, 'aal2', 1);
    expect(await controlOf('removed-access')).toMatchObject({ status: 'NOT_MET', facts: { 'sign-ins after removal': 1 } });
  });

  it('looks at the audit log again each time', async () => {
    const { database, secretBox } = t.runtime;
    const grower = createTreeGrower({ database, keys: createAuditKeys(database, secretBox), logName: 'spine.example' });
    await grower.grow(contextFor(ACME));
    const intact = await controlOf('audit-log');
    expect(intact).toMatchObject({ status: 'MET', facts: { logs: 1, problems: 0 } });
    expect(intact.facts['of the newest, recomputed now']).toBeGreaterThan(5);

    await tamper(`UPDATE ops.audit_entry SET surface = 'nowhere' WHERE action = 'AUTH_LOGIN' AND tenant_id = '${ACME.id}'`);
    expect(await controlOf('audit-log')).toMatchObject({ status: 'NOT_MET', facts: { problems: 6 } });
    await tamper(`UPDATE ops.audit_entry SET surface = 'api' WHERE action = 'AUTH_LOGIN' AND tenant_id = '${ACME.id}'`);
    await tamper(`UPDATE ops.audit_checkpoint SET note = replace(note, 'spine.example', 'other.example') WHERE tenant_id = '${ACME.id}'`);
    expect(await controlOf('audit-log')).toMatchObject({ status: 'NOT_MET', facts: { problems: 1 } });
    await tamper(`UPDATE ops.audit_checkpoint SET note = replace(note, 'other.example', 'spine.example') WHERE tenant_id = '${ACME.id}'`);
    expect(await controlOf('audit-log')).toMatchObject({ status: 'MET' });
  });

  it('tells how incidents were dealt with, and which are left lying', async () => {
    expect(await controlOf('incidents-evaluated')).toMatchObject({ status: 'NO_EVIDENCE' });
    await t.tellAll('identity.login_failed', Array.from({ length: 60 }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) })));
    await eventually(async () => (await controlOf('incidents-evaluated')).status === 'MET');
    await owner.query(`UPDATE ops.incident SET occurred_at = occurred_at - interval '8 days'`);
    expect(await controlOf('incidents-evaluated')).toMatchObject({ status: 'NOT_MET' });
    expect(await controlOf('incidents-resolved')).toMatchObject({ status: 'NOT_MET' });
    await owner.query(
      `UPDATE ops.incident SET status = 'RESOLVED', acknowledged_at = occurred_at + interval '1 minute', resolved_at = occurred_at + interval '1 hour'`,
    );
    expect(await controlOf('incidents-evaluated')).toMatchObject({ status: 'MET', facts: { 'mean time to acknowledge': 60 } });
    expect(await controlOf('incidents-resolved')).toMatchObject({ status: 'MET', facts: { 'mean time to resolve': 3_600 } });
  });

  it('finds requests for personal data that nobody has answered', async () => {
    const ask = (requestId: string, change: 'ASKED' | 'DONE', days: number) => {
      const userId = uuidv7();
      return t.tell('identity.personal_data_request_changed', { requestId, kind: 'ERASURE', userId, clientId: null, requestedBy: userId, change }, { at: ago(days) });
    };
    const [first, second] = [uuidv7(), uuidv7()];
    await ask(first, 'ASKED', 40);
    await ask(first, 'DONE', 39);
    await t.settle();
    expect(await controlOf('privacy-requests')).toMatchObject({ status: 'MET', facts: { requests: 1, answered: 1, overdue: 0 } });
    await ask(second, 'ASKED', 35);
    await t.settle();
    expect(await controlOf('privacy-requests')).toMatchObject({ status: 'NOT_MET', facts: { requests: 2, answered: 1, overdue: 1 } });
  });

  it('says of the platform what a company cannot know, and claims nothing that it does not see', async () => {
    const controls = async () => new Map((await reportOf(STAFF, PLATFORM_TENANT))?.controls.map((control) => [control.key, control]));
    const before = await controls();
    expect([...before.keys()].filter((key) => !['keys', 'monitoring', 'four-eyes', 'backups'].includes(key))).toEqual((await reportOf())?.controls.map(({ key }) => key));
    expect(before.get('backups')).toMatchObject({ status: 'BY_PEOPLE', evidence: [] });
    expect(before.get('keys')).toMatchObject({ status: 'MET' });
    expect(before.get('four-eyes')).toMatchObject({ status: 'NO_EVIDENCE' });
    await owner.query(`INSERT INTO kernel.flag (key, definition, version, changed_at) VALUES ('grave', '{"needsApproval": true}', 1, now())`);
    const change = (kind: string, approvedBy: string | null) =>
      owner.query(
        `INSERT INTO ops.flag_change (tenant_id, id, key, kind, reason, actor_kind, approved_by, at) VALUES ($1, $2, 'grave', $3, 'x', 'platform', $4, $5)`,
        [PLATFORM_TENANT.id, uuidv7(), kind, approvedBy, t.clock.now()],
      );
    await change('CREATED', null);
    await change('VALUE', uuidv7());
    await change('KILL_SWITCH', null);
    expect((await controls()).get('four-eyes')).toMatchObject({ status: 'MET' });
    await change('VALUE', null);
    expect((await controls()).get('four-eyes')).toMatchObject({ status: 'NOT_MET' });
    await tamper(`UPDATE ops.audit_signing_key SET created_at = created_at - interval '400 days'`);
    expect((await controls()).get('keys')).toMatchObject({ status: 'NOT_MET' });
  });

  it('is nothing to whoever may not read the audit trail, nor of a company she has nothing to do with', async () => {
    for (const as of [memberOf([]), { ...STAFF, permissions: [] } as Principal]) {
      expect((await t.graphql(REPORT, { as })).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    }
    for (const id of [TenantId.encode(GLOBEX.id), TenantId.encode(uuidv7()), 'nonsense']) {
      expect(await reportOf(OWNER, ACME, id)).toBeNull();
    }
    expect(await reportOf(STAFF, PLATFORM_TENANT, TenantId.encode(uuidv7()))).toBeNull();
    const verdicts = async (...of: Parameters<typeof reportOf>) => (await reportOf(...of))?.controls.map(({ key, status }) => [key, status]);
    expect(await verdicts(STAFF, PLATFORM_TENANT, TenantId.encode(ACME.id))).toEqual(await verdicts());
    expect((await reportOf(STAFF, PLATFORM_TENANT))?.tenantId).toBeNull();
  });
});

it('a control is met by what its rule says of the evidence alone', () => {
  const evidence = (processing: Evidence['processing']): Evidence => ({
    signIns: { privileged: 0, signedIn: 0, byTwoFactors: 0, dormant: 0 },
    access: { roleChanges: 0, removed: 0, signInsAfterRemoval: 0 },
    auditLog: { logs: 0, entriesSigned: 0, entriesRecomputed: 0, problems: 0, oldestWaitingSeconds: null },
    incidents: { raised: 0, meanSecondsToAcknowledge: null, meanSecondsToResolve: null, unacknowledged: 0, lasting: 0 },
    privacy: { asked: 0, answered: 0, overdue: 0 },
    processing,
    platform: null,
  });
  const statusOf = (requests: number, failed: number, deadLetters: number) =>
    controlsOf('SOC2', evidence({ requests, failed, deadLetters })).find(({ key }) => key === 'processing')?.status;
  expect(statusOf(0, 0, 0)).toBe('NO_EVIDENCE');
  expect(statusOf(100, 1, 0)).toBe('MET');
  expect(statusOf(100, 2, 0)).toBe('NOT_MET');
  expect(statusOf(100, 0, 1)).toBe('NOT_MET');
  expect(new Set(controlsOf('SOC2', evidence({ requests: 0, failed: 0, deadLetters: 0 })).map(({ status }) => status))).toEqual(new Set(['NO_EVIDENCE']));
});
