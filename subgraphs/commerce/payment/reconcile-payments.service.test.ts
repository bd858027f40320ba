import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { sdkFor } from '../../../infra/local/doubles/stripe/double-for-tests.js';
import { memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PaymentRow } from './payment.store.js';

describe('reconciling payments', () => {
  let test: TestCommerce;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterEach(() => test.double.control.clearDisturbances());
  afterAll(() => test.stop());

  const withoutWebhooks = () => test.double.control.disturbWebhooks({ kind: 'drop', count: 1_000 });

  const pay = (booking: BookingForTests, card = 'pm_card_visa', key: string = uuidv7()): Promise<PaymentRow> =>
    test.commerce.services.paying.pay(test.context(booking.client, booking.tenant), {
      bookingId: booking.bookingId,
      paymentMethodId: card,
      idempotencyKey: key,
    });

  const only = async (booking: BookingForTests): Promise<PaymentRow> => {
    const context = test.context(booking.client, booking.tenant);
    const [payment, ...others] = (await test.commerce.services.payments.ofBooking(context, booking.bookingId)) ?? [];
    if (!payment || others.length > 0) throw new Error('there is not exactly one payment');
    return payment;
  };

  /** What the provider and our ledger say is held for us; the fee is no longer ours on either side. */
  const heldForUs = async () => {
    let atProvider = 0;
    for await (const movement of sdkFor(test.double).balanceTransactions.list({ limit: 100 })) atProvider += movement.net;
    const { rows } = await test.runtime.pools.platform.query<{ net: string }>(
      `SELECT COALESCE(sum(net), 0)::text AS net FROM commerce.account_balance b
       JOIN commerce.ledger_account a ON a.tenant_id = b.tenant_id AND a.id = b.account_id WHERE a.code = 'stripe_clearing'`,
    );
    return { atProvider, inLedger: Number(rows[0]?.net) };
  };

  it('books the money of a payment whose webhook never came, once, and only after a while', async () => {
    withoutWebhooks();
    const booking = await test.book();
    const { id } = await pay(booking);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ status: 'PROCESSING' });

    test.clock.advance(31_000);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ id, status: 'SUCCEEDED', fee: 378n });
    test.clock.advance(31_000);
    await test.reconcile();
    const told = await test.events('commerce.payment_succeeded');
    expect(told.filter((event) => event.paymentId === id)).toHaveLength(1);
  });

  it('heals a death between the charge and our commit, so that nothing differs from the provider', async () => {
    withoutWebhooks();
    const booking = await test.book();
    const key = uuidv7();
    // The provider charges the card, and we never learn of the answer.
    test.double.control.disturbRequests({ kind: 'reset', effect: 'after', count: 3, path: '/v1/payment_intents/' });
    await expect(pay(booking, 'pm_card_visa', key)).rejects.toThrow('does not answer');
    expect(await only(booking)).toMatchObject({ status: 'REQUIRES_PAYMENT_METHOD' });

    test.clock.advance(31_000);
    await test.reconcile();
    const healed = await only(booking);
    expect(healed.status).toBe('SUCCEEDED');
    expect((await pay(booking, 'pm_card_visa', key)).id).toBe(healed.id);
    const { atProvider, inLedger } = await heldForUs();
    expect(inLedger).toBe(atProvider);
  });

  it('books nothing twice when the webhook comes after all', async () => {
    withoutWebhooks();
    const booking = await test.book();
    const { id } = await pay(booking);
    test.clock.advance(31_000);
    await test.reconcile();
    test.double.control.clearDisturbances();
    for await (const event of sdkFor(test.double).events.list({ limit: 100, type: 'payment_intent.succeeded' })) {
      test.double.control.resendEvent(event.id);
    }
    await test.double.control.webhooksIdle();
    const told = await test.events('commerce.payment_succeeded');
    expect(told.filter((event) => event.paymentId === id)).toHaveLength(1);
    const { atProvider, inLedger } = await heldForUs();
    expect(inLedger).toBe(atProvider);
  });

  it('gives up a payment that died before any card was charged, so that the booking can be paid', async () => {
    for (const path of ['/v1/payment_intents', '/v1/payment_intents/']) {
      const booking = await test.book();
      test.double.control.disturbRequests({ kind: 'server_error', effect: 'before', count: 3, path });
      await expect(pay(booking)).rejects.toThrow('does not answer');
      test.clock.advance(31_000);
      await test.reconcile();
      expect(await only(booking)).toMatchObject({ status: 'CANCELLED', received: 0n });
      expect(await pay(booking)).toMatchObject({ status: expect.stringMatching(/PROCESSING|SUCCEEDED/) });
    }
  });

  it('leaves a payer half an hour to prove who she is', async () => {
    const booking = await test.book();
    await pay(booking, 'pm_card_authenticationRequired');
    test.clock.advance(29 * 60_000);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ status: 'REQUIRES_ACTION' });
    test.clock.advance(2 * 60_000);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ status: 'CANCELLED' });
  });

  it('carries out a refund that the provider did not hear of, once', async () => {
    const booking = await test.book();
    const { id } = await pay(booking);
    test.clock.advance(31_000);
    await test.reconcile();
    test.double.control.disturbRequests({ kind: 'reset', effect: 'after', count: 3, path: '/v1/refunds' });
    withoutWebhooks();
    const books = test.context(memberOf(['billing:update', 'billing:read']));
    const refund = test.commerce.services.refunding.refund(books, {
      paymentId: id,
      amount: 5_000,
      reason: 'REQUESTED_BY_CLIENT',
      idempotencyKey: uuidv7(),
    });
    await expect(refund).rejects.toThrow('does not answer');
    test.clock.advance(31_000);
    await test.reconcile();
    test.clock.advance(31_000);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ status: 'PARTIALLY_REFUNDED' });
    const refunded = await test.events('commerce.payment_refunded');
    expect(refunded.filter((event) => event.paymentId === id)).toEqual([
      { paymentId: id, bookingId: booking.bookingId, amount: { amount: 5_000, currency: 'USD' } },
    ]);
    const { atProvider, inLedger } = await heldForUs();
    expect(inLedger).toBe(atProvider);
  });

  it('pays back what came for a booking that has lost its time meanwhile', async () => {
    const booking = await test.book();
    const { id } = await pay(booking);
    test.clock.advance(31_000);
    await test.reconcile();
    await test.tell(booking, 'booking.payment_orphaned', { bookingId: booking.bookingId, paymentId: id });
    await test.runtime.catchUp('commerce', booking.tenant.id, 5_000);
    test.clock.advance(31_000);
    await test.reconcile();
    expect(await only(booking)).toMatchObject({ status: 'REFUNDED' });
  });
});
