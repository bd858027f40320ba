import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { BookingEvents } from '../../booking/events.js';
import { BookingId } from '../../booking/ids.js';
import type { PaymentRow } from '../payment/payment.store.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });

describe('the bill of a booking', () => {
  let test: TestCommerce;
  const books = memberOf(['billing:read', 'billing:update']);

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterEach(() => test.double.control.clearDisturbances());
  afterAll(() => test.stop());

  type Created = BookingEvents['booking.created'];
  const PRICE = 12_000;

  const booked = async (with_: Partial<Created> = {}, client = memberOf([], { roles: ['USER'] })): Promise<BookingForTests> => {
    const booking = { bookingId: uuidv7(), clientId: uuidv7(), client, tenant: ACME };
    await test.tell(booking, 'booking.created', { ...test.factsOf(booking, PRICE), ...with_ });
    return booking;
  };
  const withDeposit = () => booked({ deposit: usd(4_000) });

  const told = (booking: BookingForTests) => test.runtime.catchUp('commerce', booking.tenant.id, 30_000);

  const pay = (booking: BookingForTests, input: { card?: string; whole?: boolean } = {}): Promise<PaymentRow> =>
    test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: input.card ?? 'pm_card_visa',
      whole: input.whole,
      idempotencyKey: uuidv7(),
    });

  const payments = async (booking: BookingForTests): Promise<PaymentRow[]> =>
    (await test.commerce.services.payments.ofBooking(test.context(books), booking.bookingId)) ?? [];

  const paid = async (booking: BookingForTests, input: { card?: string; whole?: boolean } = {}): Promise<PaymentRow> => {
    const { id } = await pay(booking, input);
    return eventually(async () => (await payments(booking)).find((one) => one.id === id && one.succeededAt !== null));
  };

  const end = async (booking: BookingForTests, type: 'booking.cancelled' | 'booking.no_show', fee: number | null) => {
    const facts = { ...test.factsOf(booking, PRICE), fee: fee === null ? null : usd(fee) };
    if (type === 'booking.no_show') await test.tell(booking, type, facts);
    else await test.tell(booking, type, { ...facts, reason: null, previousStatus: 'CONFIRMED' });
    await told(booking);
  };

  /** Lets the schedule carry to the provider what was wished for, and the provider tell of it. */
  const carriedOut = async (): Promise<void> => {
    test.clock.advance(31_000);
    await test.reconcile();
    await test.double.control.webhooksIdle();
  };

  const standing = async (booking: BookingForTests) => {
    const context = test.context(books);
    const bill = await test.commerce.services.payments.billOfBooking(context, booking.bookingId);
    if (!bill) throw new Error('there is no bill');
    const now = await test.commerce.services.bills.standing(context, bill.id);
    return { status: bill.status, paid: now?.paid.amount, due: now?.due.amount, dueNow: now?.dueNow.amount };
  };

  /** What the entries about a booking's bill did to each account, as people read it. */
  const ledgerOf = async (booking: BookingForTests): Promise<Record<string, number>> => {
    const { rows } = await test.runtime.pools.platform.query<{ code: string; net: string }>(
      `SELECT a.code, sum(p.amount)::text AS net FROM commerce.posting p
       JOIN commerce.journal_entry e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
       JOIN commerce.ledger_account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
       WHERE e.reference NOT LIKE '%:fee' AND (
         e.reference IN (SELECT 'bill-line:' || l.id || s FROM commerce.bill_line l, unnest(ARRAY[':fee-kept', ':deposit-earned']) s WHERE l.booking_id = $1)
         OR e.reference IN (SELECT 'payment:' || y.id || ':received' FROM commerce.payment y JOIN commerce.bill_line l ON l.bill_id = y.bill_id WHERE l.booking_id = $1)
         OR e.reference IN (SELECT 'refund:' || r.provider_ref || ':issued' FROM commerce.refund r JOIN commerce.payment y ON y.id = r.payment_id
           JOIN commerce.bill_line l ON l.bill_id = y.bill_id WHERE l.booking_id = $1))
       GROUP BY a.code HAVING sum(p.amount) <> 0`,
      [booking.bookingId],
    );
    return Object.fromEntries(rows.map(({ code, net }) => [code, Number(net)]));
  };

  it('asks for the deposit first, then for the rest, and is paid when both have come', async () => {
    const booking = await withDeposit();
    await told(booking);
    expect(await standing(booking)).toEqual({ status: 'OPEN', paid: 0, due: 12_000, dueNow: 4_000 });
    expect(await paid(booking)).toMatchObject({ purpose: 'DEPOSIT', amount: 4_000n });
    expect(await standing(booking)).toEqual({ status: 'OPEN', paid: 4_000, due: 8_000, dueNow: 8_000 });
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 4_000, client_deposits: -4_000 });
    expect(await paid(booking)).toMatchObject({ purpose: 'REST', amount: 8_000n });
    expect(await standing(booking)).toEqual({ status: 'PAID', paid: 12_000, due: 0, dueNow: 0 });
    await expect(pay(booking)).rejects.toThrow('paid already');
  });

  it('says how many nights are paid for where it is a stay', async () => {
    const [one, several] = [await booked({ nights: 1 }), await booked({ nights: 3 })];
    await told(several);
    const descriptionOf = async ({ bookingId }: BookingForTests): Promise<string | undefined> =>
      (await test.commerce.services.payments.billOfBooking(test.context(books), bookingId))?.description;
    expect(await descriptionOf(one)).toMatch(/^Massage, 1 night, with Ana \(/);
    expect(await descriptionOf(several)).toMatch(/^Massage, 3 nights, with Ana \(/);
  });

  it('takes the whole price at once from who would rather have it done', async () => {
    const booking = await withDeposit();
    expect(await paid(booking, { whole: true })).toMatchObject({ purpose: 'WHOLE', amount: 12_000n });
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 12_000, service_revenue: -12_000 });
  });

  it('makes the deposit the company’s own when the booking is done, once', async () => {
    const booking = await withDeposit();
    await paid(booking);
    for (let time = 0; time < 2; time += 1) await test.tell(booking, 'booking.completed', test.factsOf(booking, PRICE));
    await told(booking);
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 4_000, service_revenue: -4_000 });
    expect(await standing(booking)).toMatchObject({ status: 'OPEN', due: 8_000 });
  });

  it('gives the deposit back when the booking is cancelled in time, once', async () => {
    const booking = await withDeposit();
    const { id } = await paid(booking);
    for (let time = 0; time < 2; time += 1) await end(booking, 'booking.cancelled', null);
    await carriedOut();
    await eventually(async () => (await payments(booking)).find((one) => one.id === id && one.status === 'REFUNDED'));
    expect((await payments(booking)).flatMap(({ refunds }) => refunds.map(({ amount }) => amount))).toEqual([4_000n]);
    expect(await ledgerOf(booking)).toEqual({});
    expect(await standing(booking)).toEqual({ status: 'PAID', paid: 0, due: 0, dueNow: 0 });
  });

  it('takes the fee of a late cancellation out of the deposit, and gives back what is over', async () => {
    const booking = await withDeposit();
    const { id } = await paid(booking);
    await end(booking, 'booking.cancelled', 2_500);
    await carriedOut();
    await eventually(async () => (await payments(booking)).find((one) => one.id === id && one.status === 'PARTIALLY_REFUNDED'));
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 2_500, cancellation_fees: -2_500 });
    expect(await standing(booking)).toEqual({ status: 'PAID', paid: 2_500, due: 0, dueNow: 0 });
  });

  it('charges what the deposit does not cover of a no-show to the card that was kept, with nobody there', async () => {
    const booking = await withDeposit();
    const deposit = await paid(booking);
    expect(deposit.cardRef).toMatch(/^pm_/);
    await end(booking, 'booking.no_show', 12_000);
    expect(await standing(booking)).toEqual({ status: 'OPEN', paid: 4_000, due: 8_000, dueNow: 8_000 });
    await carriedOut();
    const fee = await eventually(async () => (await payments(booking)).find((one) => one.purpose === 'FEE' && one.succeededAt !== null));
    expect(fee).toMatchObject({ amount: 8_000n, unattended: true, paymentMethodId: deposit.cardRef });
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 12_000, cancellation_fees: -12_000 });
    expect(await standing(booking)).toEqual({ status: 'PAID', paid: 12_000, due: 0, dueNow: 0 });
    const asked = test.double.control.requests().filter(({ method, path }) => method === 'POST' && path === '/v1/customers');
    expect(asked.length).toBeGreaterThan(0);
  });

  it('leaves the fee on the bill when the bank wants the client there, and asks the card no more', async () => {
    const booking = await withDeposit();
    const challenged = await pay(booking, { card: 'pm_card_authenticationRequired' });
    test.double.control.completeAuthentication(challenged.providerRef ?? '', true);
    await eventually(async () => (await payments(booking)).find((one) => one.cardRef !== null && one.succeededAt !== null));
    await end(booking, 'booking.no_show', 12_000);
    await carriedOut();
    await eventually(async () => (await payments(booking)).find((one) => one.purpose === 'FEE' && one.status === 'FAILED'));
    await carriedOut();
    expect((await payments(booking)).filter(({ purpose }) => purpose === 'FEE')).toHaveLength(1);
    expect(await standing(booking)).toMatchObject({ status: 'OPEN', due: 8_000 });
    expect(await paid(booking)).toMatchObject({ purpose: 'REST', amount: 8_000n });
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 12_000, cancellation_fees: -12_000 });
  });

  it('keeps the fee of what was paid whole, and gives the rest back', async () => {
    const booking = await booked();
    const { id } = await paid(booking);
    await end(booking, 'booking.cancelled', 6_000);
    await carriedOut();
    await eventually(async () => (await payments(booking)).find((one) => one.id === id && one.status === 'PARTIALLY_REFUNDED'));
    expect(await ledgerOf(booking)).toEqual({ stripe_clearing: 6_000, service_revenue: -6_000, refunds: 6_000, cancellation_fees: -6_000 });
  });

  it('goes back when money comes for what expired meanwhile, unless it is confirmed all the same', async () => {
    const [lost, kept] = [await booked(), await booked()];
    for (const booking of [lost, kept]) {
      await told(booking);
      test.double.control.disturbWebhooks({ kind: 'drop', count: 1_000 });
      const { id } = await pay(booking);
      await test.tell(booking, 'booking.expired', test.factsOf(booking, PRICE));
      await told(booking);
      expect(await standing(booking)).toMatchObject({ status: 'VOID', due: 0 });
      test.double.control.clearDisturbances();
      await carriedOut();
      await eventually(async () => (await payments(booking)).find((one) => one.id === id && one.succeededAt !== null));
      if (booking === kept) await test.tell(booking, 'booking.confirmed', test.factsOf(booking, PRICE));
      else await test.tell(booking, 'booking.payment_orphaned', { bookingId: booking.bookingId, paymentId: id });
      await told(booking);
    }
    await carriedOut();
    await eventually(async () => (await payments(lost)).find((one) => one.status === 'REFUNDED'));
    expect((await payments(kept)).map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(await standing(kept)).toMatchObject({ status: 'PAID', due: 0 });
  });

  it('is one for all that was made together, paid at once, and a line of it can be given back alone', async () => {
    const group = { id: uuidv7() };
    const client = memberOf([], { roles: ['USER'] });
    const visit: BookingForTests[] = [];
    for (let n = 0; n < 3; n += 1) visit.push(await booked({ group, deposit: usd(4_000) }, client));
    const [first, second, third] = visit;
    if (!first || !second || !third) throw new Error('there are three');
    await told(third);
    expect(await standing(second)).toEqual({ status: 'OPEN', paid: 0, due: 36_000, dueNow: 12_000 });
    const deposit = await paid(third);
    expect(deposit.amount).toBe(12_000n);
    const succeeded = (await test.events('commerce.payment_succeeded')).filter(({ paymentId }) => paymentId === deposit.id);
    expect(succeeded).toHaveLength(1);
    expect(new Set(succeeded[0]?.bookingIds)).toEqual(new Set(visit.map(({ bookingId }) => bookingId)));
    expect((await payments(first)).map(({ id }) => id)).toEqual([deposit.id]);

    await end(second, 'booking.cancelled', null);
    await carriedOut();
    await eventually(async () => (await payments(first)).find(({ status }) => status === 'PARTIALLY_REFUNDED'));
    expect(await standing(first)).toEqual({ status: 'OPEN', paid: 8_000, due: 16_000, dueNow: 16_000 });
    expect(await ledgerOf(first)).toEqual({ stripe_clearing: 8_000, client_deposits: -8_000 });
  });

  it('shows its lines and what is due to whose it is, and to nobody else', async () => {
    const booking = await withDeposit();
    await paid(booking);
    const BILL = `query Bill($bookings: [_Any!]!) { _entities(representations: $bookings) { ... on Booking { bill {
      status paid { amount } due { amount } dueNow { amount } lines { state price { amount } deposit { amount } due { amount } } } } } }`;
    const bookings = [{ __typename: 'Booking', id: BookingId.encode(booking.bookingId) }];
    const seen = await test.graphql(BILL, { bookings }, booking.client);
    expect(seen.errors).toBeUndefined();
    expect(seen.data).toEqual({
      _entities: [
        {
          bill: {
            status: 'OPEN',
            paid: { amount: 4_000 },
            due: { amount: 8_000 },
            dueNow: { amount: 8_000 },
            lines: [{ state: 'LIVE', price: { amount: 12_000 }, deposit: { amount: 4_000 }, due: { amount: 8_000 } }],
          },
        },
      ],
    });
    const unseen = await test.graphql(BILL, { bookings }, memberOf([]));
    expect(unseen.data).toEqual({ _entities: [{ bill: null }] });
  });

  it('leaves a ledger in which every account sums to what its postings do, and all of them to nothing', async () => {
    const { rows } = await test.runtime.pools.platform.query<{ total: string }>(
      'SELECT sum(amount)::text AS total FROM commerce.posting',
    );
    expect(rows[0]?.total).toBe('0');
  });

  it('comes due month by month where that was agreed, each on a bill of its own, and is overdue until it is paid', async () => {
    const services = test.commerce.services;
    const client = memberOf([], { roles: ['USER'] });
    const group = { id: uuidv7() };
    const dueIn = (hours: number): Date => new Date(test.clock.now().getTime() + hours * 3_600_000);
    const due = [dueIn(1), dueIn(700), dueIn(1_400)];
    const months: BookingForTests[] = [];
    for (const dueAt of due) months.push(await booked({ group, dueAt: dueAt.toISOString(), status: 'CONFIRMED' }, client));
    const [first, second, third] = months;
    if (!first || !second || !third) throw new Error('three months were booked');
    await told(third);
    const bills = await Promise.all(months.map(({ bookingId }) => services.payments.billOfBooking(test.context(books), bookingId)));
    expect(bills.map((bill) => [bill?.status, bill?.dueAt, bill?.amount])).toEqual(due.map((dueAt) => ['OPEN', dueAt, 12_000n]));
    const own = new Set(bills.map((bill) => bill?.id));
    const overdue = async (context = test.context(books)) =>
      (await services.bills.overdue(context, { first: 100 })).edges.map(({ node }) => node.id).filter((id) => own.has(id));
    expect(await overdue()).toEqual([]);

    test.clock.advance(2 * 3_600_000);
    expect(await overdue()).toEqual([bills[0]?.id]);
    // The next may be paid before it comes due, which is nobody's reproach.
    expect(await paid(second)).toMatchObject({ purpose: 'WHOLE', amount: 12_000n });
    expect(await standing(first)).toMatchObject({ status: 'OPEN', due: 12_000 });
    await paid(first);
    expect(await ledgerOf(first)).toEqual({ stripe_clearing: 12_000, service_revenue: -12_000 });
    expect(await overdue()).toEqual([]);
    await end(third, 'booking.cancelled', null);
    expect(await standing(third)).toEqual({ status: 'VOID', paid: 0, due: 0, dueNow: 0 });

    const missed = await booked({ dueAt: test.clock.now().toISOString() }, client);
    await told(missed);
    const source = '{ overdueBills(first: 100) { edges { node { status dueAt due { amount } lines { bookingId } } } } }';
    const bookingId = BookingId.encode(missed.bookingId);
    expect(JSON.stringify((await test.graphql(source, {}, books)).data)).toContain(bookingId);
    await expect(services.bills.overdue(test.context(client), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await services.bills.overdue(test.context(books, GLOBEX), {})).edges).toEqual([]);
  });
});
