import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../../infra/local/doubles/mailbox/mailbox.js';
import { startReceiver, type Receiver } from '../../../../infra/local/doubles/receiver/receiver.js';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../../_kernel/wire/tenant.js';
import type { AdminAlerts } from './admin-alerts.js';
import { tellAdmins } from './tell-admins.job.js';

const PATIENCE_MS = 30_000;
/** For tests with two such waits, on a machine that has much else to do. */
const WHOLE_TEST_MS = 120_000;
const SUBJECT = 'Spine: 60 failed sign-ins within 5 minutes';

describe('those who run the platform', () => {
  let t: TestOps;
  let mailbox: Mailbox;
  let receiver: Receiver;

  const start = async (adminAlerts: AdminAlerts | undefined): Promise<void> => {
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl, adminAlerts });
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await t.settle(ACME, GLOBEX);
  };
  beforeEach(async () => {
    mailbox = await startMailbox();
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await t.stop();
    await receiver.stop();
    await mailbox.stop();
  });

  const failLogins = async (tenant: TenantIdentity): Promise<void> => {
    await t.tellAll('identity.login_failed', Array.from({ length: 60 }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) })), { tenant });
    await t.settle(tenant);
  };
  const jobs = async (): Promise<readonly { readonly failure: string | null }[]> => {
    const { rows } = await t.runtime.pools.platform.query<{ failure: string | null }>(`SELECT failure FROM kernel.job WHERE kind = 'ops.tell_admins'`);
    return rows;
  };

  test('are told by webhook, once for a cause at several companies, and again when nobody took it', async () => {
    await start({ mode: 'webhook', url: `${receiver.url}/services/T1/B1` });
    receiver.misbehave({ kind: 'answer', status: 503 });
    await failLogins(ACME);
    await failLogins(GLOBEX);
    // What is due next is said when the attempt has ended.
    await eventually(async () => (await jobs())[0]?.failure, PATIENCE_MS);
    t.clock.advance(60_000);
    const second = await eventually(async () => receiver.calls[1], PATIENCE_MS);
    expect(second.path).toBe('/services/T1/B1');
    expect(JSON.parse(second.body)).toMatchObject({
      text: SUBJECT,
      blocks: [{ type: 'header' }, { type: 'section', text: { text: expect.stringMatching(/^HIGH at Acme\. Contain likely brute force[^]*\n1\. /) } }, { type: 'context' }],
    });
    expect(receiver.calls).toHaveLength(2);
    expect(await jobs()).toHaveLength(1);
  }, WHOLE_TEST_MS);

  test('are told by mail, whose subject begins with what the platform is called', async () => {
    await start({ mode: 'email', address: 'admins@spine.example' });
    await failLogins(ACME);
    const mail = await eventually(async () => mailbox.messages('admins@spine.example')[0], PATIENCE_MS);
    expect(mail.subject).toBe(SUBJECT);
    expect(mail.text).toContain('HIGH at Acme. Contain likely brute force and protect legitimate users.');
  }, WHOLE_TEST_MS);

  test('are told in the log of the process', async () => {
    await start({ mode: 'log' });
    await failLogins(ACME);
    const [incident] = await t.runtime.database.tenants.of({ tenant: ACME }).incident.findMany();
    const lines: unknown[] = [];
    const context = contextFor(ACME, { kind: 'system', name: 'test' }, t.clock);
    const logger: typeof context.logger = { ...context.logger, warn: (...line) => void lines.push(line) };
    const unused = { send: () => Promise.reject(new Error('Nothing leaves the process')) };
    const handler = tellAdmins({ tenants: t.runtime.database.tenants, alerts: { mode: 'log' }, appName: 'Spine', transport: unused, slack: unused });
    const job = { id: uuidv7(), kind: 'ops.tell_admins', attempts: 1, payload: { incidentId: incident?.id } };
    const outcome = await handler.run({ ...context, logger }, job, new AbortController().signal);
    expect(outcome).toEqual({ is: 'DONE' });
    expect(lines).toEqual([[expect.objectContaining({ incidentId: incident?.id, type: 'FAILED_LOGINS_SPIKE', severity: 'HIGH' }), SUBJECT]]);
  }, WHOLE_TEST_MS);

  test('are told nothing of what is silenced until it is so no longer, but of the same cause elsewhere', async () => {
    await start({ mode: 'log' });
    const owner = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
    const { data } = await t.graphql('mutation { silenceIncidents(input: { minutes: 1, reason: "a drill" }) { __typename } }', { as: owner });
    expect(data).toEqual({ silenceIncidents: { __typename: 'IncidentSilence' } });
    await failLogins(ACME);
    expect(await jobs()).toEqual([]);
    await failLogins(GLOBEX);
    expect(await jobs()).toHaveLength(1);
    // Not so long that the incident is over by itself.
    t.clock.advance(90_000);
    await t.subgraph.services.escalations.escalateDue({ ...contextFor(PLATFORM_TENANT, { kind: 'system', name: 'test' }), clock: t.clock });
    await t.settle(ACME, GLOBEX);
    expect(await jobs()).toHaveLength(2);
  }, WHOLE_TEST_MS);

  test('are told nothing where nobody said how', async () => {
    await start(undefined);
    await failLogins(ACME);
    expect(await jobs()).toEqual([]);
  }, WHOLE_TEST_MS);
});
