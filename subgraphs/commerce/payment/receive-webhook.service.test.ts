import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { SECRET_KEY, sdkFor, WEBHOOK_SECRET } from '../../../infra/local/doubles/stripe/double-for-tests.js';
import { signatureHeader } from '../../../infra/local/doubles/stripe/webhooks.js';
import { eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PaymentRow } from './payment.store.js';

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe("the provider's webhooks", () => {
  let test: TestCommerce;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterEach(() => test.double.control.clearDisturbances());
  afterAll(() => test.stop());

  const pay = async (booking: BookingForTests, card = 'pm_card_visa'): Promise<PaymentRow> =>
    test.commerce.services.paying.pay(test.context(booking.client, booking.tenant), {
      bookingId: booking.bookingId,
      paymentMethodId: card,
      idempotencyKey: uuidv7(),
    });

  const find = async (booking: BookingForTests, id: string): Promise<PaymentRow> => {
    const payment = await test.commerce.services.payments.find(test.context(booking.client, booking.tenant), id);
    if (!payment) throw new Error('the payment is gone');
    return payment;
  };

  /** Stripe's events of a payment as they are delivered, oldest first. */
  const eventsOf = async (paymentId: string) => {
    const events = [];
    for await (const event of sdkFor(test.double).events.list({ limit: 100 })) {
      const object = event.data.object as { readonly metadata?: Record<string, string> };
      if (object.metadata?.['payment_id'] === paymentId) events.unshift(event);
    }
    return events;
  };

  /** All that payment, bill, events and ledger say in the end. */
  const whatIsTrueOf = async (booking: BookingForTests, id: string) => {
    const { status, collection, received, refunds, bill } = await find(booking, id);
    const count = async (type: 'commerce.payment_succeeded' | 'commerce.payment_refunded') =>
      (await test.events(type)).filter((event) => event.paymentId === id).length;
    const causes = [`payment:${id}:received`, ...refunds.map(({ providerRef }) => `refund:${providerRef}:issued`)];
    const postings = await test.runtime.database.tenants
      .of(booking)
      .posting.findMany({ where: { entry: { reference: { in: causes } } }, orderBy: { amount: 'asc' } });
    return {
      payment: { status, collection, received, refunds: refunds.map((refund) => refund.state) },
      bill: bill.status,
      succeeded: await count('commerce.payment_succeeded'),
      refunded: await count('commerce.payment_refunded'),
      postings: postings.map((posting) => posting.amount),
    };
  };

  /** A payment of which we were told nothing yet, with its events. */
  const unheardPayment = async (of: { readonly tenant?: BookingForTests['tenant'] } = {}) => {
    test.double.control.disturbWebhooks({ kind: 'drop', count: 100 });
    const booking = await test.book(of);
    const payment = await pay(booking);
    test.double.control.clearDisturbances();
    return { booking, payment, events: await eventsOf(payment.id) };
  };

  const seconds = () => Math.floor(test.clock.now().getTime() / 1_000);
  const signed = (body: string, at = seconds(), secret = WEBHOOK_SECRET) =>
    test.deliver(body, signatureHeader(body, secret, at));
  const eventOf = (events: readonly { readonly type: string }[], type: string): string => {
    const event = events.find((candidate) => candidate.type === type);
    if (!event) throw new Error(`there is no ${type}`);
    return JSON.stringify(event);
  };

  const everythingWritten = async (): Promise<string> => {
    const { rows } = await test.runtime.pools.platform.query<{ all: string }>(
      `SELECT json_build_array(
         (SELECT json_agg(p ORDER BY id) FROM commerce.payment p), (SELECT json_agg(b ORDER BY id) FROM commerce.bill b),
         (SELECT count(*) FROM commerce.stripe_event), (SELECT count(*) FROM commerce.posting),
         (SELECT count(*) FROM kernel.outbox_event))::text AS all`,
    );
    return rows[0]?.all ?? '';
  };

  it('counts one event once, though it comes a hundred times at once', async () => {
    const { booking, payment, events } = await unheardPayment();
    const body = eventOf(events, 'payment_intent.succeeded');
    const answers = await Promise.all(Array.from({ length: 100 }, () => signed(body)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const outcomes = answers.map((answer) => JSON.parse(answer.body) as { outcome: string });
    expect(outcomes.filter(({ outcome }) => outcome === 'HANDLED')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'DUPLICATE')).toHaveLength(99);

    expect(await find(booking, payment.id)).toMatchObject({ status: 'SUCCEEDED' });
    const told = await test.events('commerce.payment_succeeded');
    expect(told.filter((event) => event.paymentId === payment.id)).toHaveLength(1);
    const entries = await test.runtime.database.tenants
      .of(booking)
      .journalEntry.count({ where: { reference: `payment:${payment.id}:received` } });
    expect(entries).toBe(1);
  });

  it.each([
    ['not signed', (body: string) => test.deliver(body, null)],
    ['signed with another secret', (body: string) => signed(body, seconds(), 'whsec_other')],
    ['signed over another body', (body: string) => test.deliver(body, signatureHeader(`${body} `, WEBHOOK_SECRET, seconds()))],
    ['signed long ago', (body: string) => signed(body, seconds() - 301)],
    ['signed in the future', (body: string) => signed(body, seconds() + 302)],
    ['signed and not JSON', () => signed('{"id":')],
    ['signed and empty', () => signed('')],
  ])('is refused when %s, and nothing is written', async (_how, attempt) => {
    const { events } = await unheardPayment();
    const before = await everythingWritten();
    const answer = await attempt(eventOf(events, 'payment_intent.succeeded'));
    expect(answer.status).toBe(400);
    expect(await everythingWritten()).toBe(before);
  });

  it('is refused when it names a tenant that does not have the payment, or another payment of the provider', async () => {
    const { events, payment, booking } = await unheardPayment();
    const other = await unheardPayment();
    const before = await everythingWritten();
    const body = eventOf(events, 'payment_intent.succeeded');
    for (const forged of [
      body.replaceAll(booking.tenant.id, GLOBEX.id),
      body.replaceAll(booking.tenant.id, 'nobody'),
      body.replaceAll(payment.id, uuidv7()),
      body.replaceAll(payment.id, other.payment.id),
    ]) {
      expect((await signed(forged)).status).toBe(400);
    }
    expect(await everythingWritten()).toBe(before);
  });

  it('is answered and forgotten when it is about nothing of ours', async () => {
    const before = await everythingWritten();
    const customer = await sdkFor(test.double, { key: SECRET_KEY }).customers.create({ name: 'Somebody' });
    const foreign = { id: 'evt_1', object: 'event', type: 'customer.created', created: seconds(), data: { object: customer } };
    expect(await signed(JSON.stringify(foreign))).toMatchObject({ status: 200, body: '{"outcome":"IGNORED"}' });
    await test.double.control.webhooksIdle();
    expect(await everythingWritten()).toBe(before);
  });

  it('end the same in all orders of a challenge, a success and a refund told in two ways', async () => {
    const stripe = sdkFor(test.double);
    const ends = [];
    for (const order of permutations([0, 1, 2, 3])) {
      test.double.control.disturbWebhooks({ kind: 'drop', count: 100 });
      const booking = await test.book();
      const { id, providerRef } = await pay(booking, 'pm_card_authenticationRequired');
      test.double.control.completeAuthentication(providerRef ?? '', true);
      const metadata = { tenant_id: booking.tenant.id, payment_id: id };
      await stripe.refunds.create({ payment_intent: providerRef ?? '', amount: 2_000, metadata });
      test.double.control.clearDisturbances();

      const events = await eventsOf(id);
      const told = ['payment_intent.requires_action', 'payment_intent.succeeded', 'refund.created', 'charge.refunded'];
      for (const at of order) {
        const { status } = await signed(eventOf(events, told[at] ?? ''));
        expect(status).toBe(200);
      }
      ends.push(await whatIsTrueOf(booking, id));
    }
    expect(ends).toHaveLength(24);
    expect(ends[0]).toEqual({
      payment: { status: 'PARTIALLY_REFUNDED', collection: 'SUCCEEDED', received: 12_000n, refunds: ['SUCCEEDED'] },
      bill: 'PAID',
      succeeded: 1,
      refunded: 1,
      postings: [-12_000n, -2_000n, 2_000n, 12_000n],
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('arrive over the network out of order, twice and badly signed at first, and still count once', async () => {
    test.double.control.disturbWebhooks({ kind: 'corrupt_signature', count: 1 });
    test.double.control.disturbWebhooks({ kind: 'duplicate', count: 2 });
    const booking = await test.book();
    const { id } = await pay(booking);
    await eventually(async () => (await find(booking, id)).status === 'SUCCEEDED');
    await test.double.control.webhooksIdle();
    const told = await test.events('commerce.payment_succeeded');
    expect(told.filter((event) => event.paymentId === id)).toHaveLength(1);
  });

  it('write the events of the tenant whose payment it is', async () => {
    const booking = await test.book({ tenant: GLOBEX });
    const { id } = await pay(booking);
    await eventually(async () => (await find(booking, id)).status === 'SUCCEEDED');
    const [told] = await test.events('commerce.payment_succeeded', GLOBEX);
    expect(told).toMatchObject({ paymentId: id, amount: { amount: 12_000, currency: 'EUR' } });
    const row = await test.runtime.database.tenants
      .of(booking)
      .outboxEvent.findFirst({ where: { type: 'commerce.payment_succeeded' } });
    expect(row?.headers).toMatchObject({ tenant: GLOBEX, actorId: 'system:stripe-webhook' });
  });
});
