import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { createTestClock } from '../../../../tests/support/runtime.js';
import { sdkFor, startDouble, startReceiver, WEBHOOK_SECRET, type WebhookReceiver } from './double-for-tests.js';
import { idOf } from './payment-attempts.js';
import type { StripeDouble } from './stripe-double.js';

const clock = createTestClock();
let receiver: WebhookReceiver;
let double: StripeDouble;
let stripe: Stripe;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  double = await startDouble({ clock, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  stripe = sdkFor(double);
});
afterEach(() => double.stop());

const session = (params: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ quantity: 2, price_data: { currency: 'usd', unit_amount: 6_000, product_data: { name: 'Massage <b>' } } }],
    success_url: 'https://acme.example/paid?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://acme.example/back',
    payment_intent_data: { metadata: { booking_id: 'b1' } },
    ...params,
  });
const give = (page: string | null, card: string): Promise<Response> =>
  fetch(page ?? '', { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual' });
/** Of the session and its payment, in the order in which they happened. */
const told = async (): Promise<readonly string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).toReversed();

describe('a checkout session', () => {
  it('has a page that takes a card, and tells of the payment and of its own end, signed', async () => {
    const before = receiver.received.length;
    const { id, url, payment_intent: none } = await session({ client_reference_id: 'r1', metadata: { tenant_id: 't1' } });
    expect(none).toBeNull();
    expect(await (await fetch(url ?? '')).text()).toContain('Massage &#60;b&#62;: 12000 (smallest unit) USD');
    const paid = await give(url, '4242 4242 4242 4242');
    expect([paid.status, paid.headers.get('location')]).toEqual([303, `https://acme.example/paid?session=${id}`]);
    expect(await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: 'r1',
      payment_intent: { status: 'succeeded', amount_received: 12_000, metadata: { booking_id: 'b1' }, latest_charge: { paid: true } },
    });
    await double.control.webhooksIdle();
    const events = receiver.received
      .slice(before)
      .map(({ payload, signature }) => stripe.webhooks.constructEvent(payload, signature, WEBHOOK_SECRET));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed']),
    );
  });

  it('lets a declined customer try again with the same payment', async () => {
    const { id, url } = await session();
    const declined = await give(url, '4000000000009995');
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('Your card has insufficient funds.')]);
    expect((await give(url, '1234')).status).toBe(400);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', payment_status: 'unpaid' });
    expect((await give(url, '5555555555554444')).status).toBe(303);
    expect((await told()).filter((type) => type === 'payment_intent.created')).toHaveLength(1);
  });

  it('is expired by its owner or by time, with its payment, and then takes no card', async () => {
    const { id, url } = await session();
    await give(url, '4000000000000002');
    const intent = idOf((await stripe.checkout.sessions.retrieve(id)).payment_intent) ?? '';
    await expect(stripe.paymentIntents.cancel(intent)).rejects.toThrow('made by a Checkout Session');
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({ status: 'canceled' });
    expect((await give(url, '4242424242424242')).status).toBe(404);
    expect((await told()).slice(-2)).toEqual(['payment_intent.canceled', 'checkout.session.expired']);
    await expect(stripe.checkout.sessions.expire(id)).rejects.toThrow('has a status of expired');

    const later = await session();
    clock.advance(24 * 3_600_000);
    expect((await give(later.url, '4242424242424242')).status).toBe(404);
    expect(await stripe.checkout.sessions.retrieve(later.id)).toMatchObject({ status: 'expired' });
  });

  it('is made once under one key, and by what it knows alone', async () => {
    const params = { client_reference_id: 'r2' };
    const [first, second] = [await createUnder('k1', params), await createUnder('k1', params)];
    expect(first.id).toBe(second.id);
    await expect(session({ mode: 'subscription' })).rejects.toThrow('mode');
    await expect(session({ line_items: [] })).rejects.toThrow('line_items');
    await expect(session({ locale: 'de' })).rejects.toThrow('unknown parameter: locale');
    await expect(session({ expires_at: Math.floor(clock.now().getTime() / 1_000) + 60 })).rejects.toThrow('30 minutes');
    await expect(stripe.checkout.sessions.retrieve('cs_test_unknown')).rejects.toThrow('No such checkout.session');
    expect((await fetch(`${double.url}/_checkout/cs_test_unknown`)).status).toBe(404);
  });

  const createUnder = (idempotencyKey: string, params: { readonly client_reference_id: string }) =>
    stripe.checkout.sessions.create(
      { mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'One' } } }], success_url: 'https://acme.example', ...params },
      { idempotencyKey },
    );
});
