import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import webpush from 'web-push';
import { startMailbox, type Mailbox } from '../../../../infra/local/doubles/mailbox/mailbox.js';
import { createPushBrowser } from '../../../../infra/local/doubles/push/browser.js';
import { startReceiver, type Receiver } from '../../../../infra/local/doubles/receiver/receiver.js';
import { bookedFacts } from '../../../../tests/support/booking.js';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf, staffOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { integrationAddressPurpose } from '../../../_kernel/wire/integration-address.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import type { DeliveryConfig } from '../../delivery-config.js';
import { BOUNCES_PATH } from './bounces.route.js';

const VAPID = { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@spine.example' };
const RESEND_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

const LOGS = `{ notificationLogs { edges { node { id channel kind status attempts errorMessage inDigest nextAttemptAt } } } }`;
const RESEND = `mutation($id: ID!) { resendNotification(id: $id) { __typename ... on NotificationLog { status } } }`;
const SETTINGS = `{ notificationSettings { digest phone phoneConfirmed timeZone quietHours { from until } preferences { kind channel enabled } browsers { id service } } }`;
const CHANGE = `mutation($input: ChangeNotificationSettingsInput!) { changeNotificationSettings(input: $input) { __typename ... on ValidationError { issues { field } } } }`;
const PREFER = `mutation($preferences: [NotificationPreferenceInput!]!) { setNotificationPreferences(preferences: $preferences) { __typename } }`;
const PHONE = `mutation($number: String!) { setNotificationPhone(number: $number) { __typename ... on NotificationSettings { phone phoneConfirmed } } }`;
const CONFIRM = `mutation($code: String!) { confirmNotificationPhone(code: $code) { __typename ... on NotificationSettings { phoneConfirmed } } }`;
const BROWSER = `mutation($input: AddPushSubscriptionInput!) { addPushSubscription(input: $input) { __typename ... on NotificationSettings { browsers { id service } } } }`;
const FORGET = `mutation($id: ID!) { removePushSubscription(id: $id) { __typename } }`;
const ADD = `mutation($input: AddAlertChannelInput!) { addAlertChannel(input: $input) { __typename ... on AlertChannel { id channel name } } }`;
const CHANNELS = '{ alertChannels { id channel fromIntegration } }';
const REMOVE = `mutation($id: ID!) { removeAlertChannel(id: $id) { __typename } }`;

interface LogNode {
  readonly id: string;
  readonly channel: string;
  readonly status: string;
  readonly attempts: number;
  readonly errorMessage: string | null;
  readonly inDigest: boolean;
  readonly nextAttemptAt: string | null;
}

describe('what people are told outside of the application', () => {
  let mailbox: Mailbox;
  let receiver: Receiver;
  let t: TestOps;
  const userId = uuidv7();
  const owner = memberOf(['settings:read', 'settings:update'], { userId, roles: ['OWNER'] });

  const start = async (config: DeliveryConfig = {}): Promise<void> => {
    t = await startTestOps({
      smtpUrl: mailbox.smtpUrl,
      allowedHosts: ['127.0.0.1'],
      sms: { accountSid: 'AC1', authToken: 'twilio-token', from: '+15005550006', apiBase: receiver.url },
      push: VAPID,
      pagerDutyBase: receiver.url,
      ...config,
    });
    await t.tell('identity.membership_granted', { membershipId: uuidv7(), userId, email: 'ann@acme.example', displayName: 'Ann', roles: ['OWNER'] });
    await t.settle();
  };
  beforeEach(async () => {
    mailbox = await startMailbox();
    receiver = await startReceiver(({ path }) => ({ kind: 'answer', status: path.includes('/Messages') ? 201 : 202, body: '{"sid": "SM1", "id": "rs-1"}' }));
  });
  afterEach(async () => {
    await t.stop();
    await receiver.stop();
    await mailbox.stop();
  });

  const ask = async <Result>(source: string, variables: Readonly<Record<string, unknown>> = {}, as: Principal = owner): Promise<Result> => {
    const { data, errors } = await t.graphql(source, { as, variables });
    const [field] = Object.values(data ?? {});
    if (field == null) throw new Error(JSON.stringify(errors));
    return field as Result;
  };
  const logs = async (channel: string): Promise<readonly LogNode[]> =>
    (await ask<{ edges: { node: LogNode }[] }>(LOGS)).edges.map(({ node }) => node).filter((node) => node.channel === channel);
  const settled = (channel: string, status: string) => eventually(async () => (await logs(channel)).find((log) => log.status === status));
  const book = async (): Promise<void> => {
    await t.tell('booking.confirmed', bookedFacts());
    await t.settle();
  };
  /** As detection does when something is wrong. */
  const raise = async (): Promise<string> => {
    const incidentId = uuidv7();
    const context = contextFor(ACME, undefined, t.clock);
    await t.runtime.database.tenants.transaction(context, async (db) => {
      await db.$executeRaw`
        INSERT INTO ops.incident (id, event_id, type, severity, title, decision, steps, risks, recommended_flags, rollback_plan, classification, metrics, occurred_at, updated_at)
        VALUES (${incidentId}::uuid, ${incidentId}, 'FAILED_LOGINS_SPIKE', 'HIGH', 'Failed logins <spike>', 'Look at it', '{}', '{}', '[]', '{}', 'AUTH', '{}', ${t.clock.now()}, ${t.clock.now()})`;
      await t.runtime.outbox.for<{ 'ops.incident_raised': object }>().emit(db, context, 'ops.incident_raised', { incidentId, type: 'FAILED_LOGINS_SPIKE', severity: 'HIGH' });
    });
    await t.settle();
    return incidentId;
  };
  const confirmPhone = async (): Promise<void> => {
    await ask(PHONE, { number: '+4930123456' });
    const { body } = await eventually(async () => receiver.calls[0]);
    const code = /\d{6}/.exec(new URLSearchParams(body).get('Body') ?? '')?.[0] ?? '';
    expect(await ask(CONFIRM, { code })).toMatchObject({ phoneConfirmed: true });
  };

  test('comes by mail, as it is usual, and is in the log', async () => {
    await start();
    await book();
    const mail = await eventually(async () => mailbox.messages('ann@acme.example')[0]);
    expect(mail.subject).toContain('New booking');
    expect(await settled('EMAIL', 'SENT')).toMatchObject({ attempts: 1, errorMessage: null, inDigest: false });
  });

  test('reminds by telephone where the plan has that, by mail always, and not in a digest of the next day', async () => {
    await start();
    await confirmPhone();
    const near = { ...bookedFacts({ clientUserId: owner.kind === 'member' ? owner.userId : null }), leadMinutes: 120 };
    await t.tell('booking.reminder_due', near, { tenant: { ...ACME, plan: 'STARTER' } });
    await t.settle();
    await settled('EMAIL', 'SENT');
    expect(await logs('SMS')).toEqual([]);
    await t.tell('booking.reminder_due', near, { tenant: { ...ACME, plan: 'PROFESSIONAL' } });
    await t.settle();
    await settled('SMS', 'SENT');
    expect((await logs('EMAIL')).map(({ inDigest }) => inDigest)).toEqual([false, false]);
  });

  test('comes by what she has chosen, and by nothing else', async () => {
    await start();
    await confirmPhone();
    await ask(PREFER, {
      preferences: [
        { kind: 'BOOKING_CONFIRMED', channel: 'EMAIL', enabled: false },
        { kind: 'BOOKING_CONFIRMED', channel: 'SMS', enabled: true },
      ],
    });
    await book();
    await settled('SMS', 'SENT');
    const [, sms] = receiver.calls;
    expect(sms).toMatchObject({
      method: 'POST',
      path: '/2010-04-01/Accounts/AC1/Messages.json',
      headers: { authorization: `Basic ${Buffer.from('AC1:twilio-token').toString('base64')}` },
    });
    expect(Object.fromEntries(new URLSearchParams(sms?.body))).toMatchObject({ To: '+4930123456', From: '+15005550006', Body: expect.stringContaining('Acme: New booking') });
    expect(await logs('EMAIL')).toEqual([]);
    expect(mailbox.messages()).toEqual([]);
  });

  test('goes to a number only once it is shown to be hers, in five tries and ten minutes', async () => {
    await start();
    await ask(PREFER, { preferences: [{ kind: 'BOOKING_CONFIRMED', channel: 'SMS', enabled: true }] });
    expect(await ask(PHONE, { number: '030 123' })).toEqual({ __typename: 'ValidationError' });
    expect(await ask(PHONE, { number: '+4930123456' })).toEqual({ __typename: 'NotificationSettings', phone: '••••456', phoneConfirmed: false });
    expect(await ask(PHONE, { number: '+4930123457' })).toEqual({ __typename: 'RateLimitedError' });
    const code = /\d{6}/.exec(new URLSearchParams(receiver.calls[0]?.body).get('Body') ?? '')?.[0] ?? '';
    const wrong = code === '000000' ? '000001' : '000000';
    for (let n = 0; n < 5; n += 1) expect(await ask(CONFIRM, { code: wrong })).toEqual({ __typename: 'ValidationError' });
    expect(await ask(CONFIRM, { code })).toEqual({ __typename: 'ValidationError' });
    await book();
    expect(await logs('SMS')).toEqual([]);
    const { rows } = await t.runtime.pools.platform.query('SELECT p::text FROM ops.notification_phone p');
    expect(JSON.stringify(rows)).not.toContain(`,${code},`);
    t.clock.advance(60_000);
    expect(await ask(PHONE, { number: '+4930123456' })).toMatchObject({ phoneConfirmed: false });
  });

  test('comes to her browsers, so that only they can read it, until they are gone', async () => {
    await start();
    const browser = createPushBrowser(`${receiver.url}/push/1`);
    expect(await ask(BROWSER, { input: { ...browser.subscription, endpoint: 'https://10.0.0.1/push' } })).toEqual({ __typename: 'ValidationError' });
    expect(await ask(BROWSER, { input: { ...browser.subscription, p256dh: 'short' } })).toEqual({ __typename: 'ValidationError' });
    expect(await ask(BROWSER, { input: browser.subscription })).toMatchObject({ browsers: [{ service: new URL(receiver.url).host }] });
    await ask(BROWSER, { input: browser.subscription });
    await book();
    await settled('PUSH', 'SENT');
    const [call, ...others] = receiver.calls;
    expect(others).toEqual([]);
    expect(JSON.parse(browser.open(call?.bytes ?? Buffer.alloc(0)))).toMatchObject({ title: expect.stringContaining('New booking'), from: 'Acme' });
    expect(call?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400', authorization: expect.stringContaining(`k=${VAPID.publicKey}`) });
    receiver.misbehave({ kind: 'answer', status: 410 });
    await book();
    expect(await settled('PUSH', 'FAILED')).toMatchObject({ attempts: 1, errorMessage: 'The push service answered 410' });
    expect(await ask(SETTINGS)).toMatchObject({ browsers: [] });
  });

  test('is sent once more when it did not arrive and somebody says so, who may', async () => {
    await start();
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    await confirmPhone();
    await ask(PREFER, { preferences: [{ kind: 'BOOKING_CONFIRMED', channel: 'SMS', enabled: true }, { kind: 'BOOKING_CONFIRMED', channel: 'EMAIL', enabled: false }] });
    receiver.misbehave({ kind: 'answer', status: 400, body: '{"message": "no such number"}' });
    await book();
    const { id } = await settled('SMS', 'FAILED');
    const foreign = { as: memberOf(['settings:update']), tenant: GLOBEX, variables: { id } } as const;
    expect((await t.graphql(RESEND, foreign)).data?.['resendNotification']).toEqual({ __typename: 'NotFoundError' });
    expect(await ask(RESEND, { id }, memberOf(['settings:read']))).toEqual({ __typename: 'ForbiddenError' });
    expect(await ask(RESEND, { id }, staffOf(['platform:incidents:manage']))).toEqual({ __typename: 'NotificationLog', status: 'PENDING' });
    await settled('SMS', 'SENT');
    expect(await ask(RESEND, { id })).toEqual({ __typename: 'ConflictError' });
    expect(receiver.calls).toHaveLength(3);
  });

  test('is tried again after a pause when whoever delivers it is busy', async () => {
    await start({ resend: { apiKey: 're_1', from: 'no-reply@spine.example', apiBase: receiver.url, webhookSecret: RESEND_SECRET } });
    receiver.misbehave({ kind: 'answer', status: 500 }, { kind: 'answer', status: 500 });
    await book();
    await eventually(async () => (await logs('EMAIL'))[0]?.attempts === 1);
    t.clock.advance(6_000);
    await eventually(async () => (await logs('EMAIL'))[0]?.attempts === 2);
    t.clock.advance(20_000);
    expect(await settled('EMAIL', 'SENT')).toMatchObject({ attempts: 3 });
    const [first, , third] = receiver.calls;
    expect(first).toMatchObject({ path: '/emails', headers: { authorization: 'Bearer re_1' } });
    expect(third?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(JSON.parse(third?.body ?? '')).toMatchObject({ from: '"Acme" <no-reply@spine.example>', to: ['ann@acme.example'], subject: expect.any(String), html: expect.any(String) });

    const bounce = (secret: string) => {
      const body = Buffer.from(JSON.stringify({ type: 'email.bounced', data: { email_id: 'rs-1', bounce: { message: 'no ann@acme.example here' } } }));
      const timestamp = Math.floor(t.clock.now().getTime() / 1_000).toString();
      const key = Buffer.from(secret.slice(6), 'base64');
      const signature = `v1,${createHmac('sha256', key).update(`msg_1.${timestamp}.`).update(body).digest('base64')}`;
      const headers = { 'svix-id': 'msg_1', 'svix-timestamp': timestamp, 'svix-signature': signature };
      const { tenant, principal, origin } = contextFor(ACME);
      return t.host.forward({ method: 'POST', path: BOUNCES_PATH, search: '', headers, body }, { tenant, principal, origin });
    };
    expect(await bounce(`whsec_${Buffer.alloc(24).toString('base64')}`)).toMatchObject({ status: 401 });
    expect(await bounce(RESEND_SECRET)).toMatchObject({ status: 202 });
    expect(await settled('EMAIL', 'BOUNCED')).toMatchObject({ errorMessage: 'no <address> here' });
  });

  test('waits until she is awake, unless it is an incident', async () => {
    await start();
    // Nine in the evening in Kolkata, which has no summer time.
    t.clock.set(new Date('2027-05-02T15:30:00Z'));
    await ask(CHANGE, { input: { timeZone: 'Asia/Kolkata', quietHours: { from: '20:00', until: '07:30' } } });
    expect(await ask(SETTINGS)).toMatchObject({ timeZone: 'Asia/Kolkata', quietHours: { from: '20:00', until: '07:30' } });
    await book();
    expect(await logs('EMAIL')).toMatchObject([{ status: 'PENDING', attempts: 0, nextAttemptAt: '2027-05-03T02:00:00.000Z' }]);
    await raise();
    const urgent = await eventually(async () => mailbox.messages()[0]);
    expect(urgent.subject).toContain('incident');
    t.clock.set(new Date('2027-05-03T02:00:00Z'));
    await eventually(async () => mailbox.messages().length === 2);
  });

  test('comes together in one mail for whoever wants it so', async () => {
    await start();
    t.clock.set(new Date('2027-05-02T15:10:00Z'));
    await ask(CHANGE, { input: { digest: 'HOURLY' } });
    for (let n = 0; n < 3; n += 1) await book();
    expect(mailbox.messages()).toEqual([]);
    expect(await logs('EMAIL')).toMatchObject([1, 2, 3].map(() => ({ inDigest: true, nextAttemptAt: '2027-05-02T16:00:00.000Z' })));
    t.clock.set(new Date('2027-05-02T16:00:01Z'));
    const digest = await eventually(async () => mailbox.messages()[0]);
    expect(digest.subject).toContain('3 notifications');
    await eventually(async () => (await logs('EMAIL')).every(({ status }) => status === 'SENT'));
    expect(mailbox.messages()).toHaveLength(1);
  });

  test('is told the team in Slack and PagerDuty when it is an incident, once for each', async () => {
    await start();
    const slack = await ask<{ id: string }>(ADD, { input: { name: 'Ops', slackWebhookUrl: `${receiver.url}/services/T0/B0` } });
    await ask(ADD, { input: { name: 'On call', pagerDutyRoutingKey: 'R'.repeat(32) } });
    await book();
    const incidentId = await raise();
    await settled('SLACK', 'SENT');
    await settled('PAGERDUTY', 'SENT');
    const bodies = new Map(receiver.calls.map(({ path, body }) => [path, JSON.parse(body) as Record<string, unknown>]));
    expect([...bodies.keys()].sort()).toEqual(['/services/T0/B0', '/v2/enqueue']);
    expect(bodies.get('/v2/enqueue')).toMatchObject({
      routing_key: 'R'.repeat(32),
      event_action: 'trigger',
      dedup_key: incidentId,
      payload: { summary: expect.stringContaining('High incident'), severity: 'critical', source: 'Acme' },
    });
    expect(JSON.stringify(bodies.get('/services/T0/B0'))).toContain('&lt;spike&gt;');
    expect(bodies.get('/services/T0/B0')).toMatchObject({ text: expect.any(String), blocks: expect.any(Array) });
    const { rows } = await t.runtime.pools.platform.query('SELECT a::text FROM ops.alert_channel a');
    expect(JSON.stringify(rows)).not.toMatch(/services\/T0|RRRR/);
    expect(await ask(REMOVE, { id: slack.id })).toEqual({ __typename: 'AlertChannel' });
  });

  test('is told the integration with Slack, bookings and incidents alike, until it is disabled', async () => {
    await start();
    const sealedAddress = t.runtime.secretBox.seal(JSON.stringify({ url: `${receiver.url}/services/T1/B1` }), integrationAddressPurpose(ACME.id));
    await t.tell('tenancy.integration_changed', { type: 'SLACK_NOTIFICATION', change: 'ENABLED', sealedAddress });
    await book();
    await raise();
    const sent = () => eventually(async () => {
      const made = await logs('SLACK');
      return made.length === 2 && made.every(({ status }) => status === 'SENT');
    });
    await sent();
    const texts = receiver.calls.map(({ path, body }) => `${path} ${(JSON.parse(body) as { text: string }).text}`);
    expect(texts.sort()).toEqual([
      expect.stringMatching(/^\/services\/T1\/B1 Acme: High incident/),
      expect.stringMatching(/^\/services\/T1\/B1 Acme: New booking/),
    ]);
    const [channel] = await ask<{ id: string }[]>(CHANNELS);
    expect(channel).toMatchObject({ channel: 'SLACK', fromIntegration: true });
    expect(await ask(REMOVE, { id: channel?.id })).toEqual({ __typename: 'ConflictError' });

    await t.tell('tenancy.integration_changed', { type: 'SLACK_NOTIFICATION', change: 'DISABLED' });
    await book();
    expect(await ask(CHANNELS)).toEqual([]);
    expect(await logs('SLACK')).toHaveLength(2);
    expect(receiver.calls).toHaveLength(2);
  });

  test('is refused where the input breaks a rule, or it is another’s', async () => {
    await start();
    expect(await ask(CHANGE, { input: { timeZone: 'Mars/Olympus', quietHours: { from: '25:00', until: '07:00' } } })).toMatchObject({
      issues: [{ field: 'timeZone' }, { field: 'quietHours.from' }],
    });
    for (const input of [
      { name: 'Neither' },
      { name: 'Both', slackWebhookUrl: receiver.url, pagerDutyRoutingKey: 'R'.repeat(32) },
      { name: 'Inside', slackWebhookUrl: 'https://192.168.0.1/x' },
      { name: 'Short', pagerDutyRoutingKey: 'R' },
    ]) {
      expect(await ask(ADD, { input })).toEqual({ __typename: 'ValidationError' });
    }
    const { id } = await ask<{ id: string }>(ADD, { input: { name: 'On call', pagerDutyRoutingKey: 'R'.repeat(32) } });
    const stranger = memberOf(['settings:read', 'settings:update']);
    expect(JSON.stringify(await t.graphql(REMOVE, { as: stranger, tenant: GLOBEX, variables: { id } }))).toContain('NotFoundError');
    expect(await ask(ADD, { input: { name: 'x', pagerDutyRoutingKey: 'R'.repeat(32) } }, { ...owner, assurance: { level: 'aal1', at: 0 } } as typeof owner)).toEqual({ __typename: 'StepUpRequiredError' });
    const browser = createPushBrowser(`${receiver.url}/push/1`);
    const added = await ask<{ browsers: { id: string }[] }>(BROWSER, { input: browser.subscription });
    expect(await ask(FORGET, { id: added.browsers[0]?.id }, memberOf([]))).toEqual({ __typename: 'NotFoundError' });
    expect(await ask(FORGET, { id: added.browsers[0]?.id })).toEqual({ __typename: 'NotificationSettings' });
    expect((await t.graphql(LOGS, { as: memberOf([]) })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    expect((await t.graphql(SETTINGS)).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
