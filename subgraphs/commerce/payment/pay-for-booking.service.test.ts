import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import {
  ConflictError,
  NotFoundError,
  PaymentDeclinedError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import { PaymentProviderUnavailableError } from './payment-provider.js';
import type { PaymentRow } from './payment.store.js';

describe('paying for a booking', () => {
  let test: TestCommerce;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterEach(() => test.double.control.clearDisturbances());
  afterAll(() => test.stop());

  const pay = (booking: BookingForTests, card = 'pm_card_visa', key: string = uuidv7(), principal?: Principal) =>
    test.commerce.services.paying.pay(test.context(principal ?? booking.client, booking.tenant), {
      bookingId: booking.bookingId,
      paymentMethodId: card,
      idempotencyKey: key,
    });

  const find = (booking: BookingForTests, id: string) =>
    test.commerce.services.payments.find(test.context(booking.client, booking.tenant), id);

  const reaching = (booking: BookingForTests, id: string, status: PaymentRow['status']) =>
    eventually(async () => {
      const payment = await find(booking, id);
      return payment?.status === status && payment;
    });

  const billOf = (booking: BookingForTests) =>
    test.runtime.database.tenants.of(booking).bill.findFirst({ where: { bookingId: booking.bookingId } });

  const intentsMade = () =>
    test.double.control
      .requests()
      .filter(({ method, path, isReplay }) => method === 'POST' && path === '/v1/payment_intents' && !isReplay).length;

  it('finds the bill of a booking made a moment ago, and books the money when the provider says that it has come', async () => {
    const booking = await test.book();
    const answered = await pay(booking);
    expect(['PROCESSING', 'SUCCEEDED']).toContain(answered.status);

    const payment = await reaching(booking, answered.id, 'SUCCEEDED');
    expect(payment.succeededAt).toBeInstanceOf(Date);
    expect(payment.received).toBe(12_000n);
    expect(await billOf(booking)).toMatchObject({ status: 'PAID', description: 'Massage with Ana (BK-20270131-402913)' });
    expect(await test.events('commerce.payment_succeeded')).toContainEqual({
      paymentId: payment.id,
      bookingId: booking.bookingId,
      bookingIds: [booking.bookingId],
      clientId: booking.clientId,
      amount: { amount: 12_000, currency: 'USD' },
      method: 'CARD',
      payerUserId: booking.client.kind === 'member' ? booking.client.userId : null,
      what: 'Massage with Ana (BK-20270131-402913)',
    });
    const entry = await test.runtime.database.tenants
      .of(booking)
      .journalEntry.findFirst({ where: { reference: `payment:${payment.id}:received` }, include: { postings: true } });
    expect(entry?.postings.map((posting) => posting.amount).sort()).toEqual([-12_000n, 12_000n]);
  });

  it('does not take the answer of the provider for the money: without a webhook the payment stays under way', async () => {
    const booking = await test.book();
    test.double.control.disturbWebhooks({ kind: 'drop', count: 20 });
    const answered = await pay(booking);
    expect(answered).toMatchObject({ status: 'PROCESSING', succeededAt: null });
    expect(await billOf(booking)).toMatchObject({ status: 'OPEN' });
  });

  it('makes one payment and gives one answer for one key used a hundred times at once', async () => {
    const booking = await test.book();
    const before = intentsMade();
    const key = uuidv7();
    const answers = await Promise.all(Array.from({ length: 100 }, () => pay(booking, 'pm_card_visa', key)));
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(intentsMade() - before).toBe(1);
    await reaching(booking, answers[0]?.id ?? '', 'SUCCEEDED');
    const { id } = await pay(booking, 'pm_card_visa', key);
    expect(id).toBe(answers[0]?.id);
    const booked = await test.runtime.database.tenants
      .of(booking)
      .journalEntry.count({ where: { reference: `payment:${id}:received` } });
    expect(booked).toBe(1);
  });

  it('refuses a key that comes again for another card', async () => {
    const booking = await test.book();
    const key = uuidv7();
    await pay(booking, 'pm_card_visa', key);
    await expect(pay(booking, 'pm_card_mastercard', key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('lets one of many payments of a booking through', async () => {
    const booking = await test.book();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => pay(booking)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConflictError);
    }
  });

  it('refuses to have a paid booking paid again', async () => {
    const booking = await test.book();
    const { id } = await pay(booking);
    await reaching(booking, id, 'SUCCEEDED');
    await expect(pay(booking)).rejects.toThrow('has been paid already');
  });

  it("tells of a decline with the bank's reason, as an event, and the same at a repeat of the key", async () => {
    const booking = await test.book();
    const key = uuidv7();
    const card = 'pm_card_chargeDeclinedInsufficientFunds';
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const outcome = await pay(booking, card, key).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(PaymentDeclinedError);
      expect(outcome).toMatchObject({ message: 'The card was declined', declineCode: 'insufficient_funds' });
    }
    await test.double.control.webhooksIdle();
    const failures = await test.events('commerce.payment_failed');
    expect(failures.filter((failure) => failure.bookingId === booking.bookingId)).toEqual([
      {
        paymentId: expect.any(String),
        bookingId: booking.bookingId,
        clientId: booking.clientId,
        declineCode: 'insufficient_funds',
        amount: { amount: 12_000, currency: 'USD' },
        payerUserId: expect.any(String),
        what: expect.any(String),
      },
    ]);
  });

  it('takes another card after a decline, and makes sure that the first one cannot be charged any more', async () => {
    const booking = await test.book();
    await expect(pay(booking, 'pm_card_chargeDeclined')).rejects.toThrow(PaymentDeclinedError);
    const { id } = await pay(booking);
    await reaching(booking, id, 'SUCCEEDED');
    const payments = await test.commerce.services.payments.ofBooking(test.context(booking.client), booking.bookingId);
    expect(payments?.map((payment) => [payment.status, payment.declineCode])).toEqual([
      ['SUCCEEDED', null],
      ['CANCELLED', 'generic_decline'],
    ]);
    const decisive = await test.commerce.services.payments.decisiveOfBooking(test.context(booking.client), booking.bookingId);
    expect(decisive?.id).toBe(id);
  });

  it('gives the payer, and nobody else, the secret to prove who she is, and books the money when she has', async () => {
    const booking = await test.book();
    const challenged = await pay(booking, 'pm_card_authenticationRequired');
    const { payments } = test.commerce.services;
    expect(challenged.status).toBe('REQUIRES_ACTION');
    expect(payments.clientSecretFor(test.context(booking.client), challenged)).toMatch(/^pi_.+_secret_/);
    expect(payments.clientSecretFor(test.context(memberOf(['billing:read'])), challenged)).toBeNull();

    test.double.control.completeAuthentication(challenged.providerRef ?? '', true);
    const paid = await reaching(booking, challenged.id, 'SUCCEEDED');
    expect(paid.clientSecret).toBeNull();
  });

  it('fails a payment whose payer could not prove who she is', async () => {
    const booking = await test.book();
    const challenged = await pay(booking, 'pm_card_authenticationRequired');
    test.double.control.completeAuthentication(challenged.providerRef ?? '', false);
    await reaching(booking, challenged.id, 'FAILED');
  });

  it('gives up a payment that waits for its payer when she pays another way', async () => {
    const booking = await test.book();
    const left = await pay(booking, 'pm_card_authenticationRequired');
    const { id } = await pay(booking);
    await reaching(booking, id, 'SUCCEEDED');
    expect(await find(booking, left.id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('names a card that the provider does not know as the fault, and leaves the booking payable', async () => {
    const booking = await test.book();
    const key = uuidv7();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(pay(booking, 'pm_nonsense', key)).rejects.toMatchObject({
        issues: [{ field: 'paymentMethodId', message: 'is not known to the payment provider' }],
      });
    }
    const { id } = await pay(booking);
    await reaching(booking, id, 'SUCCEEDED');
  });

  it('says that an amount cannot be charged which the provider finds too small', async () => {
    const booking = await test.book({ amount: 10 });
    await expect(pay(booking)).rejects.toMatchObject({
      issues: [{ field: 'bookingId', message: 'costs an amount that cannot be charged' }],
    });
  });

  it('is for people who have signed in', async () => {
    const booking = await test.book();
    await expect(pay(booking, undefined, undefined, ANONYMOUS)).rejects.toThrow(UnauthenticatedError);
  });

  it('refuses a key or a card id that is not printable ASCII before anything is asked', async () => {
    const booking = await test.book();
    await expect(pay(booking, 'pm card')).rejects.toThrow(ValidationError);
    await expect(pay(booking, 'pm_card_visa', 'ключ')).rejects.toThrow(ValidationError);
    await expect(pay(booking, 'pm_card_visa', '')).rejects.toThrow(ValidationError);
  });

  it('goes on under the same key after the provider was out of reach', async () => {
    const booking = await test.book();
    const key = uuidv7();
    // The SDK repeats a request twice by itself.
    test.double.control.disturbRequests({ kind: 'reset', effect: 'after', count: 3, path: '/v1/payment_intents' });
    await expect(pay(booking, 'pm_card_visa', key)).rejects.toThrow(PaymentProviderUnavailableError);
    const { id } = await pay(booking, 'pm_card_visa', key);
    await reaching(booking, id, 'SUCCEEDED');
    expect(await test.events('commerce.payment_succeeded').then((all) => all.filter((one) => one.paymentId === id))).toHaveLength(1);
  });

  it('answers alike for an unknown booking, another client’s and another tenant’s', async () => {
    const booking = await test.book();
    const ofGlobex = await test.book({ tenant: GLOBEX });
    const attempts = [
      pay({ ...booking, bookingId: uuidv7() }),
      pay(booking, undefined, undefined, memberOf([], { roles: ['USER'] })),
      pay({ ...ofGlobex, tenant: ACME }),
      pay({ ...ofGlobex, tenant: ACME }, undefined, undefined, memberOf(['billing:create'])),
    ];
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'Booking not found' } });
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(NotFoundError);
    }
  });

  it('lets those who may create bills pay for any booking, and shows payments to their client and to the books only', async () => {
    const booking = await test.book();
    const { id } = await pay(booking, undefined, undefined, memberOf(['billing:create']));
    const { payments } = test.commerce.services;
    const seenBy = async (principal?: Principal, tenant = ACME) => (await payments.find(test.context(principal, tenant), id))?.id ?? null;
    expect(await seenBy(booking.client)).toBe(id);
    expect(await seenBy(memberOf(['billing:read']))).toBe(id);
    expect(await seenBy(memberOf(['appointments:read']))).toBeNull();
    expect(await seenBy()).toBeNull();
    expect(await seenBy(memberOf(['billing:read']), GLOBEX)).toBeNull();
    expect(await payments.ofBooking(test.context(memberOf([])), booking.bookingId)).toBeNull();
    await expect(payments.list(test.context(booking.client), {})).rejects.toThrow('billing:read');
  });

  it('owes nothing for what is free, cancelled or expired', async () => {
    const free = await test.book({ amount: 0 });
    await expect(pay(free)).rejects.toThrow(NotFoundError);
    const cancelled = await test.book();
    await test.tell(cancelled, 'booking.cancelled', { ...test.factsOf(cancelled), reason: null, previousStatus: 'PENDING' });
    await expect(pay(cancelled)).rejects.toThrow('Nothing is owed');
    const expired = await test.book();
    await test.tell(expired, 'booking.expired', test.factsOf(expired));
    await expect(pay(expired)).rejects.toThrow('Nothing is owed');
  });
});
