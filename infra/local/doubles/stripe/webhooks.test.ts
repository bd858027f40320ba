import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import {
  sdkFor,
  startDouble,
  startReceiver,
  WEBHOOK_SECRET,
  type ReceivedWebhook,
  type WebhookReceiver,
} from './double-for-tests.js';
import type { StripeDouble } from './stripe-double.js';

let receiver: WebhookReceiver;
let double: StripeDouble;
let stripe: Stripe;
beforeEach(async () => {
  receiver = await startReceiver();
  double = await startDouble({
    webhook: {
      url: receiver.url,
      secret: WEBHOOK_SECRET,
      retries: { attempts: 3, firstDelayMilliseconds: 5 },
    },
  });
  stripe = sdkFor(double);
});
afterEach(async () => {
  await double.stop();
  await receiver.stop();
});

const verified = ({ payload, signature }: ReceivedWebhook): Stripe.Event =>
  stripe.webhooks.constructEvent(payload, signature, WEBHOOK_SECRET);
const types = (): readonly string[] => receiver.received.map(verified).map(({ type }) => type);
const pay = (): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({
    amount: 2_000,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    capture_method: 'automatic',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
/** Events in a row that the tests can tell apart. */
const createCustomers = async (count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push((await stripe.customers.create()).id);
  return ids;
};
const customersTold = (): readonly string[] =>
  receiver.received
    .map(verified)
    .flatMap((event) => (event.type === 'customer.created' ? [event.data.object.id] : []));

describe('a webhook', () => {
  it('tells of everything that happens, signed so that the SDK believes it', async () => {
    const { id } = await pay();
    await stripe.refunds.create({ payment_intent: id }, { idempotencyKey: 'k1' });
    await double.control.webhooksIdle();
    expect(types().toSorted()).toEqual([
      'charge.refunded',
      'charge.succeeded',
      'payment_intent.created',
      'payment_intent.succeeded',
      'refund.created',
    ]);
    const refunded = receiver.received.map(verified).find(({ type }) => type === 'refund.created');
    expect(refunded).toMatchObject({
      object: 'event',
      api_version: Stripe.API_VERSION,
      request: { idempotency_key: 'k1' },
    });
  });

  it('leaves its event to be listed and retrieved', async () => {
    await pay();
    await double.control.webhooksIdle();
    const listed = await stripe.events.list({ types: ['payment_intent.succeeded'], delivery_success: true });
    const event = listed.data[0];
    expect(event).toMatchObject({ type: 'payment_intent.succeeded', pending_webhooks: 0 });
    expect(await stripe.events.retrieve(event?.id ?? '')).toEqual(event);
  });

  it('is sent again until it is taken, each time freshly signed', async () => {
    receiver.answerNext(500, 302);
    await createCustomers(1);
    await double.control.webhooksIdle();
    expect(types()).toEqual(['customer.created', 'customer.created', 'customer.created']);
    expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
  });

  it('is given up after the last attempt, and the event stays undelivered', async () => {
    receiver.answerNext(500, 500, 500, 500);
    await createCustomers(1);
    await double.control.webhooksIdle();
    expect(receiver.received).toHaveLength(3);
    expect((await stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
  });

  it('can be sent again by hand', async () => {
    await createCustomers(1);
    await double.control.webhooksIdle();
    double.control.resendEvent((await stripe.events.list()).data[0]?.id ?? '');
    await double.control.webhooksIdle();
    expect(new Set(receiver.received.map(verified).map(({ id }) => id)).size).toBe(1);
    expect(receiver.received).toHaveLength(2);
  });
});

describe('a disturbed webhook', () => {
  it('comes twice', async () => {
    double.control.disturbWebhooks({ kind: 'duplicate' });
    const ids = await createCustomers(2);
    await double.control.webhooksIdle();
    expect(customersTold().toSorted()).toEqual([ids[0], ids[0], ids[1]].toSorted());
  });

  it('never comes, though the event is there', async () => {
    double.control.disturbWebhooks({ kind: 'drop', count: 2 });
    const ids = await createCustomers(3);
    await double.control.webhooksIdle();
    expect(customersTold()).toEqual([ids[2]]);
    expect((await stripe.events.list()).data).toHaveLength(3);
  });

  it('comes with a signature that does not hold, and then with one that does', async () => {
    receiver.answerNext(400);
    double.control.disturbWebhooks({ kind: 'corrupt_signature' });
    await createCustomers(1);
    await double.control.webhooksIdle();
    const [first, second] = receiver.received;
    expect(() => first && verified(first)).toThrow(Stripe.errors.StripeSignatureVerificationError);
    expect(second && verified(second).type).toBe('customer.created');
  });

  it('comes in the opposite order', async () => {
    double.control.disturbWebhooks({ kind: 'reorder', count: 4 });
    const ids = await createCustomers(4);
    await double.control.webhooksIdle();
    expect(customersTold()).toEqual(ids.toReversed());
  });

  it('comes late', async () => {
    double.control.disturbWebhooks({ kind: 'delay', milliseconds: 40 });
    const [late, soon] = await createCustomers(2);
    await double.control.webhooksIdle();
    expect(customersTold()).toEqual([soon, late]);
  });
});
