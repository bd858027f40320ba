import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { sdkFor } from '../../../infra/local/doubles/stripe/double-for-tests.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { ForbiddenError, InvalidTransitionError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PaymentRow } from './payment.store.js';
import type { RefundPaymentInput } from './refund-payment.service.js';

describe('refunding a payment', () => {
  let test: TestCommerce;
  const books = memberOf(['billing:read', 'billing:update']);

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterAll(() => test.stop());

  const find = (id: string) => test.commerce.services.payments.find(test.context(books), id);

  const reaching = (id: string, status: PaymentRow['status']) =>
    eventually(async () => {
      const payment = await find(id);
      return payment?.status === status && payment;
    });

  const paid = async (card = 'pm_card_visa'): Promise<{ booking: BookingForTests; id: string }> => {
    const booking = await test.book();
    const { id } = await test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: card,
      idempotencyKey: uuidv7(),
    });
    await reaching(id, 'SUCCEEDED');
    return { booking, id };
  };

  const refund = (paymentId: string, input: Partial<RefundPaymentInput> = {}, principal = books, tenant = ACME) =>
    test.commerce.services.refunding.refund(test.context(principal, tenant), {
      paymentId,
      reason: 'REQUESTED_BY_CLIENT',
      idempotencyKey: uuidv7(),
      ...input,
    });

  const refundedIn = async (id: string): Promise<number[]> => {
    await test.double.control.webhooksIdle();
    const told = await test.events('commerce.payment_refunded');
    return told.filter((event) => event.paymentId === id).map((event) => event.amount.amount);
  };

  const refundEntries = async (id: string): Promise<number> => {
    const refs = (await find(id))?.refunds.map((row) => `refund:${row.providerRef}:issued`) ?? [];
    return test.runtime.database.tenants.of({ tenant: ACME }).journalEntry.count({ where: { reference: { in: refs } } });
  };

  it('gives a part back, then the rest, each with its event and its entry in the journal', async () => {
    const { id } = await paid();
    expect(await refund(id, { amount: 5_000 })).toMatchObject({ status: 'PARTIALLY_REFUNDED' });
    expect(await refund(id)).toMatchObject({ status: 'REFUNDED' });
    expect(await refundedIn(id)).toEqual([5_000, 7_000]);
    expect(await refundEntries(id)).toBe(2);
  });

  it('gives back once for one key used fifty times at once', async () => {
    const { id } = await paid();
    const idempotencyKey = uuidv7();
    await Promise.all(Array.from({ length: 50 }, () => refund(id, { amount: 1_000, idempotencyKey })));
    expect(await refundedIn(id)).toEqual([1_000]);
    expect((await find(id))?.refunds).toHaveLength(1);
  });

  it('never gives back more than came, however many ask at once', async () => {
    const { id } = await paid();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => refund(id, { amount: 5_000 })));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(2);
    expect(await refundedIn(id)).toEqual([5_000, 5_000]);
    await expect(refund(id, { amount: 2_001 })).rejects.toMatchObject({
      issues: [{ field: 'amount', message: 'must be at most 2000, which is what is left' }],
    });
  });

  it('refuses what is not a sum, what was not collected, and what all went back', async () => {
    const { id } = await paid();
    for (const amount of [0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1]) {
      await expect(refund(id, { amount })).rejects.toThrow(ValidationError);
    }
    await refund(id);
    await expect(refund(id)).rejects.toThrow(InvalidTransitionError);

    const booking = await test.book();
    const challenged = await test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: 'pm_card_authenticationRequired',
      idempotencyKey: uuidv7(),
    });
    await expect(refund(challenged.id)).rejects.toThrow(InvalidTransitionError);
  });

  it('leaves a payment that was taken over from elsewhere to those who have the money', async () => {
    const booking = await test.book();
    const seed = test.context({ kind: 'system', name: 'seed' });
    await test.runtime.catchUp('commerce', ACME.id, 5_000);
    const paidAt = new Date('2026-03-02T15:00:00Z');
    await test.commerce.services.paymentImport.importPayment(seed, { bookingId: booking.bookingId, paidAt, fee: 378 });
    const payment = await test.commerce.services.payments.decisiveOfBooking(test.context(books), booking.bookingId);
    expect(payment).toMatchObject({ status: 'SUCCEEDED', succeededAt: paidAt, fee: 378n });
    const outcome = await refund(payment?.id ?? '').catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'CONFLICT', message: 'This payment was made elsewhere: give it back there' });
    expect((await find(payment?.id ?? ''))?.refunds).toEqual([]);
  });

  it('is for those who may change bills, of their own tenant', async () => {
    const { id, booking } = await paid();
    await expect(refund(id, {}, booking.client)).rejects.toThrow(ForbiddenError);
    await expect(refund(id, {}, memberOf(['billing:read']))).rejects.toThrow(ForbiddenError);
    await expect(refund(id, {}, books, GLOBEX)).rejects.toThrow(NotFoundError);
    await expect(refund(uuidv7())).rejects.toThrow(NotFoundError);
  });

  it('waits for a refund that takes its time before it is said to have happened', async () => {
    const { id } = await paid('pm_card_pendingRefund');
    await refund(id);
    expect(await refundedIn(id)).toEqual([]);
    test.double.control.settleRefunds();
    await eventually(async () => (await refundedIn(id)).length === 1);
    expect(await find(id)).toMatchObject({ status: 'REFUNDED' });
  });

  it('takes a refund back that did not reach the client', async () => {
    const { id } = await paid('pm_card_refundFail');
    await refund(id);
    await reaching(id, 'REFUNDED');
    test.double.control.settleRefunds();
    const payment = await reaching(id, 'SUCCEEDED');
    expect(payment.refunds.map((row) => row.state)).toEqual(['FAILED']);
    const { rows } = await test.runtime.pools.platform.query<{ sum: string }>(
      `SELECT sum(p.amount)::text FROM commerce.posting p JOIN commerce.journal_entry e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
       JOIN commerce.ledger_account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
       WHERE a.code = 'refunds' AND e.reference LIKE $1`,
      [`refund:${payment.refunds[0]?.providerRef}:%`],
    );
    expect(rows[0]?.sum).toBe('0');
  });

  it('learns of a refund that somebody made by hand at the provider', async () => {
    const { id } = await paid();
    const providerRef = (await find(id))?.providerRef ?? '';
    await sdkFor(test.double).refunds.create({ payment_intent: providerRef, amount: 3_000 });
    const payment = await reaching(id, 'PARTIALLY_REFUNDED');
    expect(payment.refunds).toMatchObject([{ amount: 3_000n, reason: 'MADE_AT_PROVIDER', state: 'SUCCEEDED' }]);
    expect(await refundedIn(id)).toEqual([3_000]);
  });
});
