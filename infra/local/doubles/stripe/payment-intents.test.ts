import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { sdkFor, startDouble } from './double-for-tests.js';
import type { StripeDouble } from './stripe-double.js';

let double: StripeDouble;
let stripe: Stripe;
beforeAll(async () => {
  double = await startDouble();
  stripe = sdkFor(double);
});
afterAll(() => double.stop());

const card = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } } as const;
const intent = (params: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({ amount: 12_000, currency: 'usd', ...card, ...params });
const failure = async (
  request: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> => {
  try {
    await request;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('the request was expected to fail');
};

describe('a payment intent', () => {
  it('goes from created to succeeded, and its fee is on the books', async () => {
    const created = await intent({ metadata: { booking_id: 'b1' }, capture_method: 'automatic' });
    expect(created).toMatchObject({
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount: 12_000,
      metadata: { booking_id: 'b1' },
    });
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_`));

    const paid = await stripe.paymentIntents.confirm(created.id, {
      payment_method: 'pm_card_visa',
      expand: ['latest_charge.balance_transaction'],
    });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_received: 12_000,
      latest_charge: {
        object: 'charge',
        paid: true,
        metadata: { booking_id: 'b1' },
        balance_transaction: { type: 'charge', amount: 12_000, fee: 378, net: 11_622 },
      },
    });
    expect(await stripe.paymentIntents.retrieve(created.id)).toMatchObject({ status: 'succeeded' });
  });

  it('books the balance later under automatic_async, the default', async () => {
    const paid = await intent({ confirm: true, payment_method: 'pm_card_visa', expand: ['latest_charge'] });
    expect(paid.latest_charge).toMatchObject({ balance_transaction: null });
    const later = await stripe.paymentIntents.retrieve(paid.id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(later.latest_charge).toMatchObject({ balance_transaction: { fee: 378 } });
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('is declined with %s, and another card may then pay it', async (paymentMethod, code, declineCode) => {
    const { id } = await intent();
    const declined = await failure(stripe.paymentIntents.confirm(id, { payment_method: paymentMethod }));
    expect(declined).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(declined).toMatchObject({
      statusCode: 402,
      code,
      decline_code: declineCode,
      payment_intent: { id },
    });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: {
        type: 'card_error',
        code,
        decline_code: declineCode,
        payment_method: { object: 'payment_method' },
      },
    });
    expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
      last_payment_error: null,
    });
  });

  it('waits for the customer to prove who she is, on the page of her bank', async () => {
    const waiting = await intent({
      confirm: true,
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'http://acme.localhost/paid',
    });
    expect(waiting).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    const page = waiting.next_action?.redirect_to_url?.url ?? '';
    expect(await (await fetch(page)).text()).toContain('It is me');
    const answer = await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'proven' }),
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toBe(
      `http://acme.localhost/paid?payment_intent=${waiting.id}&payment_intent_client_secret=${waiting.client_secret ?? ''}&redirect_status=succeeded`,
    );
    expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      status: 'succeeded',
      next_action: null,
    });
  });

  it('fails when the customer cannot prove who she is', async () => {
    const waiting = await intent({ confirm: true, payment_method: 'pm_card_authenticationRequired' });
    double.control.completeAuthentication(waiting.id, false);
    expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  it('is declined where a proof is needed and the customer is not there', async () => {
    const declined = await failure(
      intent({ confirm: true, off_session: true, payment_method: 'pm_card_authenticationRequired' }),
    );
    expect(declined).toMatchObject({ statusCode: 402, code: 'authentication_required' });
  });

  it('is authorized first and captured in part under manual capture', async () => {
    const held = await intent({ confirm: true, payment_method: 'pm_card_visa', capture_method: 'manual' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 12_000, amount_received: 0 });
    const captured = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 9_000 });
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 9_000, amount_capturable: 0 });
  });

  it('can be cancelled until it has succeeded, and then not be confirmed', async () => {
    const open = await intent();
    const cancelled = await stripe.paymentIntents.cancel(open.id, {
      cancellation_reason: 'requested_by_customer',
    });
    expect(cancelled).toMatchObject({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
    expect(
      await failure(stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' })),
    ).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { status: 'canceled' },
    });
    const paid = await intent({ confirm: true, payment_method: 'pm_card_visa' });
    expect(await failure(stripe.paymentIntents.cancel(paid.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('can be changed until it has succeeded', async () => {
    const open = await intent({ metadata: { kept: '1', dropped: '2' } });
    const changed = await stripe.paymentIntents.update(open.id, {
      amount: 5_000,
      metadata: { dropped: '', added: '3' },
    });
    expect(changed).toMatchObject({ amount: 5_000 });
    expect(changed.metadata).toEqual({ kept: '1', added: '3' });
    await stripe.paymentIntents.confirm(open.id, { payment_method: 'pm_card_visa' });
    expect(await failure(stripe.paymentIntents.update(open.id, { amount: 1 }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it.each<[string, Partial<Stripe.PaymentIntentCreateParams>, object]>([
    ['less than the currency allows', { amount: 49 }, { code: 'amount_too_small', param: 'amount' }],
    ['more than can be charged', { amount: 100_000_000 }, { code: 'amount_too_large', param: 'amount' }],
    ['a fraction', { amount: 10.5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['a third decimal that is not zero', { amount: 10_001, currency: 'kwd' }, { param: 'amount' }],
    ['an unknown currency', { currency: 'zzz' }, { param: 'currency' }],
    [
      'an unknown customer',
      { customer: 'cus_none' },
      { statusCode: 404, code: 'resource_missing', param: 'customer' },
    ],
    [
      'an unknown card',
      { confirm: true, payment_method: 'pm_card_none' },
      { code: 'resource_missing', param: 'payment_method' },
    ],
    [
      'a parameter nobody knows',
      { transfer_group: 'x' },
      { code: 'parameter_unknown', param: 'transfer_group' },
    ],
    [
      'redirects without an address to return to',
      { automatic_payment_methods: { enabled: true }, confirm: true, payment_method: 'pm_card_visa' },
      { param: 'return_url' },
    ],
  ])('is refused with %s', async (_what, params, details) => {
    expect(await failure(intent(params))).toMatchObject({ type: 'StripeInvalidRequestError', ...details });
  });

  it('may be of as little as 50 yen, and of dinars whose last decimal is zero', async () => {
    expect(await intent({ amount: 50, currency: 'jpy' })).toMatchObject({ amount: 50, currency: 'jpy' });
    expect(await intent({ amount: 10_010, currency: 'kwd' })).toMatchObject({ amount: 10_010 });
  });
});

describe('a refund', () => {
  const paid = (paymentMethod = 'pm_card_visa'): Promise<Stripe.PaymentIntent> =>
    intent({ confirm: true, payment_method: paymentMethod, capture_method: 'automatic' });

  it('is made in parts until nothing is left', async () => {
    const { id } = await paid();
    const part = await stripe.refunds.create({
      payment_intent: id,
      amount: 5_000,
      metadata: { why: 'late' },
      expand: ['charge', 'balance_transaction'],
    });
    expect(part).toMatchObject({
      status: 'succeeded',
      amount: 5_000,
      metadata: { why: 'late' },
      charge: { amount_refunded: 5_000, refunded: false },
      balance_transaction: { amount: -5_000, fee: 0, net: -5_000 },
    });
    expect(await failure(stripe.refunds.create({ payment_intent: id, amount: 7_001 }))).toMatchObject({
      param: 'amount',
    });
    const rest = await stripe.refunds.create({ payment_intent: id, expand: ['charge'] });
    expect(rest).toMatchObject({ amount: 7_000, charge: { refunded: true } });
    expect(await failure(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    expect((await stripe.refunds.list({ payment_intent: id })).data.map((refund) => refund.amount)).toEqual([
      7_000, 5_000,
    ]);
  });

  it('is refused where nothing was paid', async () => {
    const { id } = await intent();
    expect(await failure(stripe.refunds.create({ payment_intent: id }))).toMatchObject({ statusCode: 400 });
  });

  it('is pending first with the one test card and fails later with the other', async () => {
    const slow = await stripe.refunds.create({ payment_intent: (await paid('pm_card_pendingRefund')).id });
    const lost = await stripe.refunds.create({ payment_intent: (await paid('pm_card_refundFail')).id });
    expect([slow.status, lost.status]).toEqual(['pending', 'succeeded']);
    double.control.settleRefunds();
    expect(await stripe.refunds.retrieve(slow.id)).toMatchObject({ status: 'succeeded' });
    expect(await stripe.refunds.retrieve(lost.id, { expand: ['charge'] })).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      charge: { amount_refunded: 0, refunded: false },
    });
    const movements = await stripe.balanceTransactions.list({ source: lost.id });
    expect(movements.data.map((movement) => [movement.type, movement.amount])).toEqual([
      ['refund_failure', 12_000],
      ['refund', -12_000],
    ]);
  });
});

describe('a customer', () => {
  it('is created, found by her address, changed, and paid for', async () => {
    const created = await stripe.customers.create({
      email: 'ada@acme.example',
      name: 'Ada',
      metadata: { tenant_id: 't1' },
    });
    expect(
      (await stripe.customers.list({ email: 'ada@acme.example' })).data.map((customer) => customer.id),
    ).toEqual([created.id]);
    expect(await stripe.customers.update(created.id, { name: 'Ada L.', description: '' })).toMatchObject({
      name: 'Ada L.',
      description: null,
      metadata: { tenant_id: 't1' },
    });
    const first = await intent({
      customer: created.id,
      confirm: true,
      payment_method: 'pm_card_visa',
      setup_future_usage: 'off_session',
    });
    const kept = typeof first.payment_method === 'string' ? first.payment_method : '';
    expect(await stripe.paymentMethods.retrieve(kept)).toMatchObject({
      customer: created.id,
      card: { last4: '4242' },
    });
    expect((await stripe.paymentIntents.list({ customer: created.id })).data.map(({ id }) => id)).toEqual([
      first.id,
    ]);
  });
});
