import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startReceiver, type ReceivedCall, type Receiver } from '../../../infra/local/doubles/receiver/receiver.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, eventually, GLOBEX, memberOf, staffOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { newSigningSecret } from '../../_kernel/secrets/signing-secret.js';
import { integrationAddressPurpose } from '../../_kernel/wire/integration-address.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { BookingId } from '../../booking/ids.js';
import { TenantId } from '../../tenancy/ids.js';
import { isGivenUp, signedHeaders, verdictOf } from './webhook.js';
import { WEBHOOK_EVENT_TYPES } from './webhook-catalogue.js';

const REGISTER = `mutation($input: RegisterWebhookInput!) {
  registerWebhook(input: $input) {
    __typename
    ... on WebhookWithSecret { secret webhook { id url eventTypes status } }
    ... on ValidationError { issues { field message } }
  }
}`;
const ROTATE = `mutation($id: ID!, $hours: Int) { rotateWebhookSecret(id: $id, overlapHours: $hours) { __typename ... on WebhookWithSecret { secret } } }`;
const CHANGE = `mutation($id: ID!, $input: ChangeWebhookInput!) { changeWebhook(id: $id, input: $input) { __typename ... on Webhook { status failures eventTypes } } }`;
const TEST = `mutation($id: ID!) { testWebhook(id: $id) { __typename ... on WebhookDelivery { eventType } } }`;
const REMOVE = `mutation($id: ID!) { removeWebhook(id: $id) { __typename } }`;
const REDELIVER = `mutation($id: ID!) { redeliverWebhook(deliveryId: $id) { __typename ... on WebhookDelivery { status } } }`;
const REPLAY = `mutation($input: RedeliverWebhooksInput!) { redeliverWebhooks(input: $input) { __typename ... on WebhookReplay { count } } }`;
const LOG = `query($id: ID!, $status: WebhookDeliveryStatus) {
  webhookDeliveries(webhookId: $id, status: $status) {
    edges { node { id messageId eventType body status attempts nextAttemptAt log { statusCode failure answer } } }
  }
}`;
const ALL = `{ webhooks { id url status failures failingSince } }`;

interface DeliveryNode {
  readonly id: string;
  readonly messageId: string;
  readonly body: string;
  readonly status: string;
  readonly attempts: number;
  readonly log: readonly { readonly statusCode: number | null; readonly failure: string | null; readonly answer: string | null }[];
}

const paid = () => ({
  paymentId: uuidv7(),
  bookingId: uuidv7(),
  clientId: null,
  amount: { amount: 12_345, currency: 'USD' },
  method: 'CARD' as const,
});

describe('webhooks', () => {
  let receiver: Receiver;
  let t: TestOps;
  const owner = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });

  beforeEach(async () => {
    receiver = await startReceiver();
    t = await startTestOps({ allowedHosts: ['127.0.0.1'] });
  });
  afterEach(async () => {
    await t.stop();
    await receiver.stop();
  });

  const ask = async <Result>(source: string, variables: Readonly<Record<string, unknown>> = {}, as: Principal = owner): Promise<Result> => {
    const { data, errors } = await t.graphql(source, { as, variables });
    const [field] = Object.values(data ?? {});
    if (field == null) throw new Error(JSON.stringify(errors));
    return field as Result;
  };
  const register = async (eventTypes?: readonly string[]): Promise<{ id: string; secret: string }> => {
    const made = await ask<{ secret: string; webhook: { id: string } }>(REGISTER, { input: { url: `${receiver.url}/hook`, eventTypes } });
    return { id: made.webhook.id, secret: made.secret };
  };
  const deliveries = async (id: string): Promise<readonly DeliveryNode[]> =>
    (await ask<{ edges: { node: DeliveryNode }[] }>(LOG, { id })).edges.map(({ node }) => node);
  const first = async (id: string): Promise<DeliveryNode> => {
    const [delivery] = await deliveries(id);
    if (!delivery) throw new Error('There is to be a delivery');
    return delivery;
  };
  const tell = async (count = 1): Promise<void> => {
    await t.tellAll('commerce.payment_succeeded', Array.from({ length: count }, paid));
    await t.settle();
  };
  const verified = (secret: string, call: ReceivedCall | undefined, at = t.clock.now()) => {
    if (!call) throw new Error('There is to be a call');
    // The package looks at the machine's clock; the platform's may be another in a test.
    const real = Date.now;
    Date.now = () => at.getTime();
    try {
      return new Webhook(secret).verify(call.body, { ...call.headers }) as { type: string; data: Record<string, unknown> };
    } finally {
      Date.now = real;
    }
  };

  test('tell of what has happened, signed so that the receiver can be sure', async () => {
    const { id, secret } = await register(['payment.succeeded']);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const payment = paid();
    await t.tell('commerce.payment_succeeded', payment);
    const call = await eventually(async () => receiver.calls[0]);
    const message = verified(secret, call);
    expect(message).toMatchObject({
      type: 'payment.succeeded',
      data: { bookingId: BookingId.encode(payment.bookingId), amount: { amount: 12_345, currency: 'USD' } },
    });
    expect(call.headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`, call)).toThrow();
    await eventually(async () => (await first(id)).status === 'DELIVERED');
    expect(await first(id)).toMatchObject({
      messageId: call.headers['webhook-id'],
      body: call.body,
      attempts: 1,
      nextAttemptAt: null,
      log: [{ statusCode: 200, failure: null, answer: 'ok' }],
    });
  });

  test('tell of an event once, though it comes twice, and of nothing that was not asked for', async () => {
    const { id: told } = await register(['payment.succeeded']);
    await t.tell('commerce.payment_failed', { paymentId: uuidv7(), bookingId: uuidv7(), declineCode: null });
    await tell();
    // Written down, and not only made: a call that the end of the host cuts short is made again.
    await eventually(async () => (await first(told)).status === 'DELIVERED');
    await t.replay();
    const { id } = await register();
    await ask(TEST, { id });
    await eventually(async () => receiver.calls.length === 2);
    expect(receiver.calls.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['payment.succeeded', 'webhook.test']);
  });

  test('tell again after pauses when the receiver fails, whatever way it does, under the same id', async () => {
    receiver.misbehave(
      { kind: 'answer', status: 500, body: 'oh no' },
      { kind: 'cut' },
      { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } },
      { kind: 'slow body' },
    );
    const { id, secret } = await register();
    await tell();
    for (const attempts of [1, 2, 3]) {
      await eventually(async () => (await first(id)).attempts === attempts);
      t.clock.advance(60_000);
    }
    await eventually(async () => (await first(id)).status === 'DELIVERED', 25_000);
    expect((await first(id)).log).toEqual([
      { statusCode: 500, failure: 'The address answered 500', answer: 'oh no' },
      { statusCode: null, failure: expect.stringContaining('The connection failed'), answer: null },
      { statusCode: 302, failure: 'The address answered 302', answer: '' },
      { statusCode: 200, failure: null, answer: 'so far' },
    ]);
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const call of receiver.calls) {
      expect(() => verified(secret, call, new Date(Number(call.headers['webhook-timestamp']) * 1_000))).not.toThrow();
    }
    expect(await ask(ALL)).toMatchObject([{ failures: 0, failingSince: null }]);
  });

  test('can be put in order by the receiver, though they come out of it', async () => {
    const { id } = await register();
    receiver.misbehave({ kind: 'answer', status: 503 });
    await tell();
    await eventually(async () => (await first(id)).attempts === 1);
    t.clock.advance(1_000);
    await tell();
    await eventually(async () => receiver.calls.length === 2);
    t.clock.advance(10_000);
    await eventually(async () => receiver.calls.length === 3);
    const told = receiver.calls.map(({ body }) => (JSON.parse(body) as { timestamp: string }).timestamp);
    expect(told[2]).toBe(told[0]);
    expect(Date.parse(told[1] ?? '')).toBeGreaterThan(Date.parse(told[2] ?? ''));
  });

  test('are signed with both secrets after a rotation, and with the new one alone when the old one has run out', async () => {
    const { id, secret: old } = await register();
    const { secret } = await ask<{ secret: string }>(ROTATE, { id, hours: 2 });
    await tell();
    const both = await eventually(async () => receiver.calls[0]);
    expect(verified(secret, both)).toEqual(verified(old, both));
    t.clock.advance(2 * 3_600_000 + 1_000);
    await ask(TEST, { id }, { ...owner, assurance: { level: 'aal2', at: 9e9 } } as typeof owner);
    const later = await eventually(async () => receiver.calls[1]);
    expect(() => verified(secret, later)).not.toThrow();
    expect(() => verified(old, later)).toThrow();
  });

  test('are given up after twelve attempts, and are delivered when asked for again', async () => {
    receiver.alwaysMisbehave({ kind: 'answer', status: 500 });
    const { id } = await register();
    await tell();
    await eventually(async () => (await first(id)).attempts === 1);
    // As after the ten that follow.
    await t.runtime.pools.platform.query('UPDATE kernel.job SET attempts = 11');
    t.clock.advance(8 * 3_600_000);
    await eventually(async () => (await first(id)).status === 'FAILED');
    expect(await first(id)).toMatchObject({ attempts: 2, nextAttemptAt: null });
    receiver.alwaysMisbehave(null);
    expect(await ask(REDELIVER, { id: (await first(id)).id })).toEqual({ __typename: 'WebhookDelivery', status: 'PENDING' });
    await eventually(async () => (await first(id)).status === 'DELIVERED');
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('are seen and delivered again by staff of the platform, in whatever company', async () => {
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    receiver.misbehave({ kind: 'answer', status: 410 });
    const { id } = await register();
    await tell();
    await eventually(async () => (await first(id)).status === 'FAILED');
    await ask(CHANGE, { id, input: { isActive: true } });
    const everywhere = '{ webhookDeliveries(status: FAILED) { edges { node { id url tenant { id } log { statusCode } } } } }';
    const seen = await ask<{ edges: { node: { id: string; url: string; tenant: object; log: object[] } }[] }>(everywhere, {}, staffOf(['platform:audit:read']));
    expect(seen.edges.map(({ node }) => node)).toEqual([
      { id: (await first(id)).id, url: `${receiver.url}/hook`, tenant: { id: TenantId.encode(ACME.id) }, log: [{ statusCode: 410 }] },
    ]);
    const again = { id: seen.edges[0]?.node.id };
    expect(await ask(REDELIVER, again, staffOf(['platform:audit:read']))).toEqual({ __typename: 'ForbiddenError' });
    expect(await ask(REDELIVER, again, staffOf(['platform:incidents:manage']))).toMatchObject({ status: 'PENDING' });
    await eventually(async () => (await first(id)).status === 'DELIVERED');
    expect((await t.graphql(everywhere, { as: staffOf([]) })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('of a time that was missed are delivered in one go', async () => {
    const from = t.clock.now();
    const { id } = await register();
    await ask(CHANGE, { id, input: { eventTypes: ['payment.succeeded'] } });
    receiver.alwaysMisbehave({ kind: 'answer', status: 410 });
    await tell();
    await eventually(async () => (await first(id)).status === 'FAILED');
    receiver.alwaysMisbehave(null);
    expect(await ask(CHANGE, { id, input: { isActive: true } })).toMatchObject({ status: 'ACTIVE', failures: 0 });
    await tell(2);
    await eventually(async () => (await deliveries(id)).filter(({ status }) => status === 'DELIVERED').length === 2);
    const to = new Date(t.clock.now().getTime() + 1_000);
    const range = { webhookId: id, from: from.toISOString(), to: to.toISOString() };
    expect(await ask(REPLAY, { input: range })).toMatchObject({ count: 1 });
    await eventually(async () => (await deliveries(id)).every(({ status }) => status === 'DELIVERED'));
    expect(await ask(REPLAY, { input: { ...range, failedOnly: false } })).toMatchObject({ count: 3 });
    await eventually(async () => receiver.calls.length === 7);
    expect(await ask(REPLAY, { input: { ...range, from: range.to } })).toMatchObject({ __typename: 'ValidationError' });
  });

  test('are switched off when the receiver says that it is gone, and the owners are told', async () => {
    await t.tell('identity.membership_granted', {
      membershipId: uuidv7(),
      userId: (owner as { userId: string }).userId,
      email: 'ann@acme.example',
      displayName: 'Ann',
      roles: ['OWNER'],
    });
    await t.settle();
    receiver.misbehave({ kind: 'answer', status: 410 });
    const { id } = await register(['payment.succeeded']);
    await tell();
    await eventually(async () => (await ask<{ status: string }[]>(ALL))[0]?.status === 'DISABLED');
    const told = await ask<{ edges: { node: { kind: string } }[] }>(`{ notifications { edges { node { kind title } } } }`);
    expect(told.edges.map(({ node }) => node.kind)).toContain('WEBHOOK_DISABLED');
    await tell();
    expect(receiver.calls).toHaveLength(1);
    await ask(TEST, { id });
    await eventually(async () => receiver.calls.length === 2);
  });

  test('are switched off after repeated failure, and count anew once one message has arrived', async () => {
    const { id } = await register(['payment.succeeded']);
    const now = async () => (await ask<{ status: string; failures: number; failingSince: string | null }[]>(ALL))[0];
    const failing = async (failures: number, days: number) =>
      t.runtime.pools.platform.query('UPDATE ops.webhook SET failures = $1, failing_since = $2', [
        failures,
        new Date(t.clock.now().getTime() - days * 86_400_000),
      ]);
    await failing(30, 2);
    await tell();
    await eventually(async () => (await first(id)).status === 'DELIVERED');
    expect(await now()).toMatchObject({ status: 'ACTIVE', failures: 0, failingSince: null });

    receiver.alwaysMisbehave({ kind: 'answer', status: 500 });
    await failing(30, 2);
    await tell();
    await eventually(async () => ((await now())?.failures ?? 0) > 30);
    expect(await now()).toMatchObject({ status: 'ACTIVE' });
    await failing(19, 3);
    await tell();
    await eventually(async () => (await now())?.status === 'DISABLED');
    const known = (await deliveries(id)).length;
    await tell();
    expect(await deliveries(id)).toHaveLength(known);
  });

  test.each(['http://hooks.example.com/', 'https://127.0.0.2/', 'https://10.0.0.1/', 'https://localhost/', 'https://[::1]/', 'not a url', 'https://u:p@hooks.example.com/'])(
    'are not registered for %s',
    async (url) => {
      expect(await ask(REGISTER, { input: { url } })).toMatchObject({ __typename: 'ValidationError', issues: [{ field: 'url' }] });
    },
  );

  test('are at most twenty, of types that there are', async () => {
    expect(await ask(REGISTER, { input: { url: receiver.url, eventTypes: ['everything'] } })).toMatchObject({ issues: [{ field: 'eventTypes.0' }] });
    for (let n = 0; n < 20; n += 1) await register();
    expect(await ask(REGISTER, { input: { url: receiver.url } })).toEqual({ __typename: 'ConflictError' });
    const types = await ask<{ type: string; description: string }[]>(`{ webhookEventTypes { type description } }`);
    expect(types.map(({ type }) => type)).toEqual(WEBHOOK_EVENT_TYPES);
  });

  test('keep their secrets sealed, and tell them once', async () => {
    const { secret } = await register();
    const { rows } = await t.runtime.pools.platform.query('SELECT w::text FROM ops.webhook_secret w UNION ALL SELECT e::text FROM kernel.outbox_event e');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    expect(JSON.stringify(await t.graphql(`{ webhooks { id url } __type(name: "Webhook") { fields { name } } }`, { as: owner }))).not.toContain('ecret');
  });

  test('of one company are nothing to another, nor to a member without the permission, nor to an old proof', async () => {
    const { id } = await register();
    await tell();
    await eventually(async () => (await first(id)).status === 'DELIVERED');
    const delivery = (await first(id)).id;
    const range = { webhookId: id, from: '2020-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' };
    const stranger = { as: memberOf(['settings:read', 'settings:update']), tenant: GLOBEX } as const;
    for (const [source, variables] of [
      [CHANGE, { id, input: {} }], [ROTATE, { id }], [TEST, { id }], [REMOVE, { id }], [REDELIVER, { id: delivery }], [REPLAY, { input: range }],
    ] as const) {
      expect(JSON.stringify((await t.graphql(source, { ...stranger, variables })).data)).toContain('NotFoundError');
      expect(JSON.stringify((await t.graphql(source, { as: memberOf(['settings:read']), variables })).data)).toContain('ForbiddenError');
    }
    expect((await t.graphql(LOG, { ...stranger, variables: { id } })).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const stale = { ...owner, assurance: { level: 'aal1', at: 0 } } as typeof owner;
    for (const [source, variables] of [[ROTATE, { id }], [REGISTER, { input: { url: receiver.url } }], [CHANGE, { id, input: { url: receiver.url } }]] as const) {
      expect(await ask(source, variables, stale)).toMatchObject({ __typename: 'StepUpRequiredError' });
    }
    expect(await ask(REMOVE, { id })).toEqual({ __typename: 'Webhook' });
    expect((await t.graphql(ALL, { as: owner, tenant: ACME })).data?.['webhooks']).toEqual([]);
  });

  test('of the integration are called with its signature while it is enabled, and belong to it', async () => {
    const enable = async (path: string, change: 'ENABLED' | 'TOLD_OF' = 'ENABLED'): Promise<string> => {
      const signingSecret = newSigningSecret();
      const address = JSON.stringify({ url: `${receiver.url}${path}`, signingSecret });
      const sealedAddress = t.runtime.secretBox.seal(address, integrationAddressPurpose(ACME.id));
      await t.tell('tenancy.integration_changed', { type: 'CUSTOM_WEBHOOK', change, sealedAddress });
      return signingSecret;
    };
    const kept = async () => (await ask<{ id: string; status: string }[]>(ALL)).map(({ id, status }) => ({ id, status }));
    const former = await enable('/former');
    const secret = await enable('/integration', 'TOLD_OF');
    await tell();
    const call = await eventually(async () => receiver.calls[0]);
    expect(call.path).toBe('/integration');
    expect(verified(secret, call)).toMatchObject({ type: 'payment.succeeded' });
    expect(() => verified(former, call)).toThrow();
    const [webhook] = await kept();
    const id = webhook?.id ?? '';
    await eventually(async () => (await first(id)).status === 'DELIVERED');

    for (const [source, variables] of [[ROTATE, { id }], [REMOVE, { id }], [CHANGE, { id, input: { url: receiver.url } }]] as const) {
      expect(await ask(source, variables)).toMatchObject({ __typename: 'ConflictError' });
    }
    await t.tell('tenancy.integration_changed', { type: 'CUSTOM_WEBHOOK', change: 'DISABLED' });
    await tell();
    expect(await kept()).toEqual([{ id, status: 'PAUSED' }]);
    expect(await deliveries(id)).toHaveLength(1);
    await enable('/integration');
    await t.settle();
    expect(await kept()).toEqual([{ id, status: 'ACTIVE' }]);
    expect(receiver.calls).toHaveLength(1);
  });

  test('are not called by what was sealed for another company', async () => {
    const address = JSON.stringify({ url: `${receiver.url}/stolen`, signingSecret: newSigningSecret() });
    const sealedAddress = t.runtime.secretBox.seal(address, integrationAddressPurpose(GLOBEX.id));
    await t.tell('tenancy.integration_changed', { type: 'CUSTOM_WEBHOOK', change: 'ENABLED', sealedAddress });
    await eventually(async () => (await t.deadLetters()).includes('tenancy.integration_changed'));
    expect(await ask(ALL)).toEqual([]);
  });
});

describe('the signature of a call', () => {
  test('is the one of the vector of Standard Webhooks', () => {
    const headers = signedHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    });
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('an address', () => {
  const now = new Date('2027-05-10T00:00:00Z');
  const since = (days: number) => new Date(now.getTime() - days * 86_400_000);

  test('is given up after twenty failures over three days, not before', () => {
    expect(isGivenUp({ failures: 20, since: since(3) }, now)).toBe(true);
    expect(isGivenUp({ failures: 19, since: since(9) }, now)).toBe(false);
    expect(isGivenUp({ failures: 500, since: since(2.9) }, now)).toBe(false);
  });

  test('has taken a message when it answers 2xx, and nothing else', () => {
    expect([200, 204, 299].map((status) => verdictOf(status).is)).toEqual(['TAKEN', 'TAKEN', 'TAKEN']);
    expect([199, 301, 404, 500].map((status) => verdictOf(status).is)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED']);
    expect(verdictOf(410)).toMatchObject({ gone: true });
  });
});
