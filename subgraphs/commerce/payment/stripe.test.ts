import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { startStripeDouble, type StripeDouble } from '../../../infra/local/doubles/stripe/stripe-double.js';
import { ConflictError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Money } from '../../_kernel/money/money.js';
import { money } from '../money.js';
import { applyEvidence, newPayment, paymentState, type PaymentState } from './payment.js';
import {
  evidenceOfAnswer,
  evidenceOfEvent,
  PaymentProviderRefusedError,
  PaymentProviderUnavailableError,
  type PaymentEvent,
  type PaymentOutcome,
  type PaymentSubject,
  type ProviderPayment,
} from './payment-provider.js';
import { StripePaymentProvider, type StripeSettings } from './stripe.js';

const SECRET_KEY = 'sk_test_adapter';
const WEBHOOK_SECRET = 'whsec_adapter';
const subject: PaymentSubject = { tenantId: 'tenant-1', paymentId: 'payment-1', bookingId: 'booking-1' };

let double: StripeDouble;
let receiver: Server;
let provider: StripePaymentProvider;
let told: PaymentEvent[] = [];
let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = request.headers['stripe-signature'];
      told.push(
        provider.parseWebhook(
          Buffer.concat(chunks),
          typeof signature === 'string' ? signature : null,
          new Date(),
        ),
      );
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  double = await startStripeDouble({
    secretKey: SECRET_KEY,
    webhook: { url: `http://127.0.0.1:${port}/`, secret: WEBHOOK_SECRET },
  });
  provider = providerWith();
});
afterEach(async () => {
  await double.control.webhooksIdle();
  told = [];
});
afterAll(async () => {
  await double.stop();
  await new Promise<void>((resolve) => {
    receiver.close(() => resolve());
    receiver.closeAllConnections();
  });
});

function providerWith(settings: Partial<StripeSettings> = {}): StripePaymentProvider {
  return new StripePaymentProvider({
    secretKey: SECRET_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    apiBase: double.url,
    networkRetries: 1,
    timeoutMilliseconds: 2_000,
    ...settings,
  });
}
const create = (amount: Money = money(12_000, 'USD'), key = newKey()): Promise<ProviderPayment> =>
  provider.createIntent(
    { amount, subject, providerCustomerId: null, description: 'A booking', receiptEmail: null },
    key,
  );
const confirm = (
  providerPaymentId: string,
  paymentMethodId = 'pm_card_visa',
  key = newKey(),
): Promise<PaymentOutcome> =>
  provider.confirm({ providerPaymentId, paymentMethodId, returnUrl: 'https://acme.example/paid' }, key);
const paid = async (amount?: Money): Promise<string> => {
  const { providerPaymentId } = await create(amount);
  expect(await confirm(providerPaymentId)).toMatchObject({ kind: 'SUCCEEDED' });
  return providerPaymentId;
};
const rawSdk = (): Stripe =>
  new Stripe(SECRET_KEY, { host: double.host, port: double.port, protocol: 'http', telemetry: false });

describe('paying through Stripe', () => {
  it('collects the money and tells the fee', async () => {
    const created = await create();
    expect(created).toMatchObject({
      asked: money(12_000, 'USD'),
      received: money(0, 'USD'),
      collection: 'REQUIRES_PAYMENT_METHOD',
      subject,
      fee: null,
    });
    const outcome = await confirm(created.providerPaymentId);
    expect(outcome).toMatchObject({
      kind: 'SUCCEEDED',
      payment: { received: money(12_000, 'USD'), fee: money(378, 'USD') },
    });
    expect(await provider.retrieve(created.providerPaymentId)).toEqual(outcome.payment);
  });

  it('is refused by the bank as an outcome with its reason, and another card may be tried', async () => {
    const { providerPaymentId } = await create();
    expect(await confirm(providerPaymentId, 'pm_card_chargeDeclinedInsufficientFunds')).toMatchObject({
      kind: 'DECLINED',
      decline: { code: 'card_declined', declineCode: 'insufficient_funds', message: expect.any(String) },
      payment: { collection: 'FAILED', subject },
    });
    expect(await confirm(providerPaymentId)).toMatchObject({ kind: 'SUCCEEDED' });
  });

  it('sends the client to her bank when it asks for proof', async () => {
    const { providerPaymentId } = await create();
    const outcome = await confirm(providerPaymentId, 'pm_card_authenticationRequired');
    expect(outcome).toMatchObject({
      kind: 'REQUIRES_ACTION',
      payment: { redirectUrl: expect.stringContaining(double.url) },
    });
    double.control.completeAuthentication(providerPaymentId, true);
    expect(await provider.retrieve(providerPaymentId)).toMatchObject({
      collection: 'SUCCEEDED',
      redirectUrl: null,
    });
  });

  it('answers the end of a payment that has ended when it is confirmed again', async () => {
    expect(await confirm(await paid())).toMatchObject({
      kind: 'SUCCEEDED',
      payment: { fee: money(378, 'USD') },
    });
    const { providerPaymentId } = await create();
    await provider.cancel(providerPaymentId, newKey());
    expect(await confirm(providerPaymentId)).toMatchObject({ kind: 'CANCELLED' });
  });

  it('can be cancelled until it is too late', async () => {
    const { providerPaymentId } = await create();
    for (let time = 0; time < 2; time += 1) {
      expect(await provider.cancel(providerPaymentId, newKey())).toMatchObject({ kind: 'CANCELLED' });
    }
    expect(await provider.cancel(await paid(), newKey())).toMatchObject({
      kind: 'TOO_LATE',
      payment: { collection: 'SUCCEEDED' },
    });
  });

  it.each([
    [money(1_750, 'ISK'), 175_000],
    [money(500, 'JPY'), 500],
    [money(12_340, 'KWD'), 12_340],
    [money(500_000, 'MGA'), 5_000],
  ])('counts %j as Stripe does and back', async (amount, inStripe) => {
    const { providerPaymentId, asked } = await create(amount);
    expect(asked).toEqual(amount);
    expect(await rawSdk().paymentIntents.retrieve(providerPaymentId)).toMatchObject({ amount: inStripe });
  });

  it.each([
    [money(49, 'USD'), 'amount'],
    [money(500_001, 'MGA'), 'amount'],
  ])('names the field when %j cannot be charged', async (amount, field) => {
    await expect(create(amount)).rejects.toMatchObject({ name: 'ValidationError', issues: [{ field }] });
  });

  it('names the field when the card is unknown', async () => {
    const { providerPaymentId } = await create();
    const attempt = confirm(providerPaymentId, 'pm_card_none');
    await expect(attempt).rejects.toBeInstanceOf(ValidationError);
    await expect(attempt).rejects.toMatchObject({ issues: [{ field: 'paymentMethodId' }] });
  });

  it('knows nothing of a payment that is unknown', async () => {
    expect(await provider.retrieve('pi_none')).toBeNull();
  });

  it('makes a customer once for one key', async () => {
    const tenant = { tenantId: 'tenant-1', name: 'Acme', email: 'owner@acme.example' };
    const id = await provider.createCustomer(tenant, 'customer:tenant-1');
    expect(await provider.createCustomer(tenant, 'customer:tenant-1')).toBe(id);
    expect(await rawSdk().customers.retrieve(id)).toMatchObject({
      name: 'Acme',
      metadata: { tenant_id: 'tenant-1' },
    });
  });
});

describe('refunding through Stripe', () => {
  it('gives back a part, then the rest, then nothing more', async () => {
    const providerPaymentId = await paid();
    const refund = (amount: Money | null): ReturnType<StripePaymentProvider['refund']> =>
      provider.refund({ providerPaymentId, amount, reason: 'REQUESTED_BY_CLIENT', subject }, newKey());
    expect(await refund(money(5_000, 'USD'))).toMatchObject({
      kind: 'ACCEPTED',
      refund: { amount: 5_000, state: 'SUCCEEDED' },
    });
    expect(await refund(money(7_001, 'USD'))).toEqual({ kind: 'REFUSED', reason: 'EXCEEDS_REMAINDER' });
    expect(await refund(null)).toMatchObject({ kind: 'ACCEPTED', refund: { amount: 7_000 } });
    expect(await refund(null)).toEqual({ kind: 'REFUSED', reason: 'ALREADY_REFUNDED' });
    expect((await provider.listRefunds(providerPaymentId)).map(({ amount }) => amount)).toEqual([
      5_000, 7_000,
    ]);
  });

  it('is refused while nothing was collected', async () => {
    const { providerPaymentId } = await create();
    const refund = provider.refund(
      { providerPaymentId, amount: null, reason: 'DUPLICATE', subject },
      newKey(),
    );
    expect(await refund).toEqual({ kind: 'REFUSED', reason: 'NOT_COLLECTED' });
  });

  it('refunds once under one key', async () => {
    const providerPaymentId = await paid();
    const refund = {
      providerPaymentId,
      amount: money(100, 'USD'),
      reason: 'REQUESTED_BY_CLIENT',
      subject,
    } as const;
    const first = await provider.refund(refund, 'one refund');
    expect(await provider.refund(refund, 'one refund')).toEqual(first);
    expect(await provider.listRefunds(providerPaymentId)).toHaveLength(1);
    const other = provider.refund({ ...refund, amount: money(200, 'USD') }, 'one refund');
    await expect(other).rejects.toBeInstanceOf(ConflictError);
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

describe('when Stripe does not answer', () => {
  it('charges once although the answer was lost', async () => {
    const { providerPaymentId } = await create();
    double.control.disturbRequests({
      kind: 'reset',
      effect: 'after',
      path: `/v1/payment_intents/${providerPaymentId}/confirm`,
    });
    expect(await confirm(providerPaymentId)).toMatchObject({ kind: 'SUCCEEDED' });
    expect((await rawSdk().charges.list({ payment_intent: providerPaymentId })).data).toHaveLength(1);
  });

  it.each(['timeout', 'server_error', 'reset'] as const)(
    'says so after a %s, and the same key finds what was done',
    async (kind) => {
      const impatient = providerWith({ timeoutMilliseconds: 150, networkRetries: 0 });
      const input = {
        amount: money(900, 'USD'),
        subject,
        providerCustomerId: null,
        description: 'A booking',
        receiptEmail: null,
      };
      const key = newKey();
      // A cut connection is repeated once by the SDK itself.
      double.control.disturbRequests({ kind, effect: 'after', count: kind === 'reset' ? 2 : 1 });
      await expect(impatient.createIntent(input, key)).rejects.toBeInstanceOf(
        PaymentProviderUnavailableError,
      );
      const found = await impatient.createIntent(input, key);
      expect((await rawSdk().paymentIntents.list({ limit: 1 })).data[0]?.id).toBe(found.providerPaymentId);
      const creations = double.control.requests().filter((request) => request.idempotencyKey === key);
      expect(creations.at(-1)).toMatchObject({ isReplay: true });
    },
  );

  it('is not mistaken for a wrong key, which is our own fault', async () => {
    await expect(providerWith({ secretKey: 'sk_test_wrong' }).assertReachable()).rejects.toBeInstanceOf(
      PaymentProviderRefusedError,
    );
    await expect(provider.assertReachable()).resolves.toBeUndefined();
  });
});

describe('what Stripe tells of its own accord', () => {
  const stateTold = (events: readonly PaymentEvent[]): PaymentState =>
    paymentState(
      events.reduce(
        (payment, event) => {
          const evidence = evidenceOfEvent(event);
          return evidence === null ? payment : applyEvidence(payment, evidence);
        },
        newPayment(money(12_000, 'USD')),
      ),
    );

  it('leads to the same state as its answers, in whatever order it comes', async () => {
    double.control.disturbWebhooks({ kind: 'duplicate', count: 3 });
    const { providerPaymentId } = await create();
    await confirm(providerPaymentId, 'pm_card_chargeDeclined');
    const outcome = await confirm(providerPaymentId);
    await provider.refund(
      { providerPaymentId, amount: money(2_000, 'USD'), reason: 'REQUESTED_BY_CLIENT', subject },
      newKey(),
    );
    await double.control.webhooksIdle();
    const ours = told.filter((event) => event.type !== 'ignored');
    expect(new Set(ours.map(({ type }) => type))).toEqual(
      new Set(['payment.failed', 'payment.succeeded', 'payment.refunded', 'payment.refunds_changed']),
    );
    for (const event of ours) expect(event).toMatchObject({ ...subject, providerPaymentId });
    expect([stateTold(told), stateTold(told.toReversed())]).toEqual([
      'PARTIALLY_REFUNDED',
      'PARTIALLY_REFUNDED',
    ]);
    const answered = applyEvidence(
      newPayment(money(12_000, 'USD')),
      evidenceOfAnswer(outcome.payment, new Date()),
    );
    expect(paymentState(answered)).toBe('SUCCEEDED');
  });

  it('tells of a refund made by hand, which then can be asked for', async () => {
    const providerPaymentId = await paid();
    await rawSdk().refunds.create({ payment_intent: providerPaymentId, amount: 300 });
    await double.control.webhooksIdle();
    expect(told).toContainEqual(
      expect.objectContaining({
        type: 'payment.refunds_changed',
        providerPaymentId,
        refunded: money(300, 'USD'),
      }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'ignored', providerType: 'refund.created', reason: 'NOT_OURS' }),
    );
    expect(await provider.listRefunds(providerPaymentId)).toMatchObject([
      { amount: 300, state: 'SUCCEEDED' },
    ]);
  });

  it('can be asked for when the webhooks never came', async () => {
    const since = new Date();
    double.control.disturbWebhooks({ kind: 'drop', count: 3 });
    const providerPaymentId = await paid();
    const missed: PaymentEvent[] = [];
    for await (const event of provider.eventsSince(since)) missed.push(event);
    expect(missed).toContainEqual(
      expect.objectContaining({ type: 'payment.succeeded', providerPaymentId, ...subject }),
    );
  });

  it('accounts for every movement of money', async () => {
    const since = new Date();
    const providerPaymentId = await paid(money(10_000, 'EUR'));
    await provider.refund(
      { providerPaymentId, amount: money(4_000, 'EUR'), reason: 'REQUESTED_BY_CLIENT', subject },
      newKey(),
    );
    const movements = [];
    for await (const movement of provider.movementsSince(since)) {
      if (movement.providerPaymentId === providerPaymentId) movements.push(movement);
    }
    expect(movements).toMatchObject([
      {
        kind: 'REFUND',
        amount: money(-4_000, 'EUR'),
        fee: money(0, 'EUR'),
        net: money(-4_000, 'EUR'),
        refundId: expect.stringMatching(/^re_/),
      },
      {
        kind: 'CHARGE',
        amount: money(10_000, 'EUR'),
        fee: money(320, 'EUR'),
        net: money(9_680, 'EUR'),
        refundId: null,
      },
    ]);
  });
});
