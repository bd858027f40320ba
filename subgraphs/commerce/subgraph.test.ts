import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type TestCommerce } from '../../tests/support/commerce.js';
import { composeWithBooking } from '../../tests/support/composition.js';
import { compiledPolicy, enforcePolicies, listsAgreeWithDecisions } from '../../tests/support/policies.js';
import { ACME, eventually, memberOf } from '../../tests/support/runtime.js';
import { policiesAbout, USERS } from '../_kernel/policy/support/random-policies.js';
import { uuidv7 } from '../_kernel/request/ids.js';
import { BookingId, ClientId } from '../booking/ids.js';
import { PaymentId } from './ids.js';
import { paymentResource, paymentsLeftBy } from './payment/payment-policy.js';
import { findPaymentsByIds, insertPayment } from './payment/payment.store.js';
import { schema } from './schema.js';

const PAY = `mutation Pay($input: PayForBookingInput!) {
  payForBooking(input: $input) {
    __typename
    ... on Payment { id status amount { amount currency } booking { id } client { id } clientSecret bill { status } }
    ... on UserError { code message }
    ... on PaymentDeclinedError { declineCode }
    ... on ValidationError { issues { field } }
  }
}`;

const REFUND = `mutation Refund($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on Payment { status refundedAmount { amount } }
    ... on UserError { code }
  }
}`;

const PAYMENTS_OF_BOOKING = `query Payments($bookings: [_Any!]!) {
  _entities(representations: $bookings) {
    ... on Booking { id payment { id status method } payments { id } }
  }
}`;

describe('the graph of commerce', () => {
  let test: TestCommerce;
  const books = memberOf(['billing:read', 'billing:update']);

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterAll(() => test.stop());

  const pay = async (booking: Awaited<ReturnType<TestCommerce['book']>>, card = 'pm_card_visa', bookingId?: string) => {
    const input = {
      bookingId: bookingId ?? BookingId.encode(booking.bookingId),
      paymentMethodId: card,
      idempotencyKey: uuidv7(),
    };
    const { data, errors } = await test.graphql(PAY, { input }, booking.client);
    expect(errors).toBeUndefined();
    return data?.['payForBooking'] as Record<string, unknown>;
  };

  it('composes with a graph in which others own bookings and clients', async () => {
    const composition = await composeWithBooking('commerce', schema);
    expect(composition).toMatchObject({ ok: true, supergraphSdl: expect.stringContaining('payForBooking') });
  });

  it('pays, shows the payment with its booking, refunds it, and shows the ledger', async () => {
    const booking = await test.book();
    const paid = await pay(booking);
    expect(paid).toMatchObject({
      __typename: 'Payment',
      amount: { amount: 12_000, currency: 'USD' },
      booking: { id: BookingId.encode(booking.bookingId) },
      client: { id: ClientId.encode(booking.clientId) },
      clientSecret: null,
    });
    const id = String(paid['id']);
    await eventually(async () => {
      const { data } = await test.graphql('query One($id: ID!) { payment(id: $id) { status succeededAt } }', { id }, booking.client);
      return (data?.['payment'] as { status: string }).status === 'SUCCEEDED';
    });

    const bookings = [{ __typename: 'Booking', id: BookingId.encode(booking.bookingId) }];
    const seen = await test.graphql(PAYMENTS_OF_BOOKING, { bookings }, booking.client);
    expect(seen.data).toEqual({
      _entities: [{ id: bookings[0]?.id, payment: { id, status: 'SUCCEEDED', method: 'CARD' }, payments: [{ id }] }],
    });
    const unseen = await test.graphql(PAYMENTS_OF_BOOKING, { bookings }, memberOf([]));
    expect(unseen.data).toEqual({ _entities: [{ id: bookings[0]?.id, payment: null, payments: null }] });

    const input = { paymentId: id, amount: 2_000, reason: 'REQUESTED_BY_CLIENT', idempotencyKey: uuidv7() };
    const refunded = await test.graphql(REFUND, { input }, books);
    expect(refunded.data).toEqual({
      refundPayment: { __typename: 'Payment', status: 'PARTIALLY_REFUNDED', refundedAmount: { amount: 2_000 } },
    });

    const ledger = await test.graphql(
      `{ ledgerAccounts { code normalSide balance { amount currency } }
         journalEntries(first: 1) { edges { node { id description postings { side amount { amount } account { code } } } } pageInfo { hasNextPage } }
         payments(first: 10) { edges { node { id } } } }`,
      {},
      books,
    );
    expect(ledger.errors).toBeUndefined();
    expect(ledger.data).toMatchObject({
      ledgerAccounts: expect.arrayContaining([
        { code: 'SERVICE_REVENUE', normalSide: 'CREDIT', balance: { amount: 12_000, currency: 'USD' } },
        { code: 'REFUNDS', normalSide: 'DEBIT', balance: { amount: 2_000, currency: 'USD' } },
      ]),
      journalEntries: {
        edges: [
          {
            node: {
              description: 'Refund issued',
              postings: expect.arrayContaining([{ side: 'DEBIT', amount: { amount: 2_000 }, account: { code: 'REFUNDS' } }]),
            },
          },
        ],
        pageInfo: { hasNextPage: true },
      },
      payments: { edges: [{ node: { id } }] },
    });
  });

  it('answers expected failures as members of the union', async () => {
    const booking = await test.book();
    expect(await pay(booking, 'pm_card_chargeDeclinedInsufficientFunds')).toEqual({
      __typename: 'PaymentDeclinedError',
      code: 'PAYMENT_DECLINED',
      message: 'The card was declined',
      declineCode: 'insufficient_funds',
    });
    const notFound = { __typename: 'NotFoundError', code: 'NOT_FOUND', message: 'Booking not found' };
    for (const id of ['nonsense', BookingId.encode(uuidv7()), PaymentId.encode(booking.bookingId)]) {
      expect(await pay(booking, undefined, id)).toEqual(notFound);
    }
    expect(await pay(booking, 'pm card')).toMatchObject({ __typename: 'ValidationError', issues: [{ field: 'paymentMethodId' }] });
    await pay(booking);
    expect(await pay(booking)).toMatchObject({ __typename: 'ConflictError' });
  });

  it('keeps what is for the books from everybody else', async () => {
    const { data, errors } = await test.graphql('{ ledgerAccounts { code } journalEntries { pageInfo { hasNextPage } } payments { pageInfo { hasNextPage } } }', {}, memberOf([]));
    expect(data).toEqual({ ledgerAccounts: null, journalEntries: null, payments: null });
    expect(errors?.map((error) => error.extensions['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });

  it('reads the payments of many bookings in as many queries as of one', async () => {
    const bookings = await Promise.all(Array.from({ length: 12 }, () => test.book()));
    await Promise.all(bookings.map((booking) => pay(booking)));
    const queriesFor = async (some: typeof bookings): Promise<number> => {
      let queries = 0;
      const count = () => void (queries += 1);
      test.runtime.pools.app.on('acquire', count);
      const representations = some.map((booking) => ({ __typename: 'Booking', id: BookingId.encode(booking.bookingId) }));
      const { data } = await test.graphql(PAYMENTS_OF_BOOKING, { bookings: representations }, books);
      test.runtime.pools.app.off('acquire', count);
      expect((data?.['_entities'] as unknown[]).length).toBe(some.length);
      return queries;
    };
    await test.double.control.webhooksIdle();
    // One of the two may have had to read the policies, which are believed for a moment.
    const ofOne = await queriesFor(bookings.slice(0, 1));
    expect(await queriesFor(bookings)).toBeLessThanOrEqual(ofOne + 1);
  });

  it('shows payments as policies leave it, in lists as one by one, and logs what it refuses', async () => {
    const { payments } = test.commerce.services;
    const db = test.runtime.database.tenants.of({ tenant: ACME });
    const createdAt = new Date('2027-01-11T09:00:00Z');
    const money = (at: number) => ({ amount: 100 + (at % 3) * 50, currency: 'USD' });
    const ids = await Promise.all(
      Array.from({ length: 18 }, async (_none, at) => {
        const [id, billId] = [uuidv7(), uuidv7()];
        const clientUserId = [...USERS, null][at % 4] ?? null;
        const made = { createdAt: at % 5 === 0 ? createdAt : new Date('2027-01-12T09:00:00Z') };
        await db.bill.create({
          data: { id: billId, bookingId: uuidv7(), clientUserId, description: 'A visit', amount: 1_000n, currency: 'USD', ...made, updatedAt: createdAt },
        });
        await insertPayment(db, { id, billId, amount: money(at), purpose: 'WHOLE', shares: [], payerUserId: null, paymentMethodId: 'pm_x', tenant: ACME, ...made });
        await db.payment.updateMany({ where: { id }, data: { status: at % 2 === 0 ? 'FAILED' : 'PROCESSING' } });
        return id;
      }),
    );
    const rows = await findPaymentsByIds(db, ids);
    expect(rows).toHaveLength(18);
    await listsAgreeWithDecisions({
      action: 'payment:read',
      documents: policiesAbout('Payment', 'payment:read', {
        status: ['FAILED', 'PROCESSING', 'SUCCEEDED'],
        amount: [100, 150, 200],
        createdAt: [createdAt.toISOString()],
      }),
      resources: rows.map(paymentResource),
      async left(filter) {
        const where = { AND: [{ id: { in: ids } }, paymentsLeftBy(filter)] };
        return (await db.payment.findMany({ where, select: { id: true } })).map(({ id }) => id);
      },
    });

    const failed = compiledPolicy({
      description: 'What failed is for the books alone',
      effect: 'DENY',
      actions: ['payment:read'],
      resources: ['Payment'],
      principals: { roles: ['VIEWER'], families: [], users: [] },
      conditions: [{ attribute: 'resource.status', operator: 'EQUALS', value: 'FAILED' }],
    });
    await enforcePolicies(test.runtime, ACME, [failed]);
    const viewer = test.context(memberOf(['billing:read'], { roles: ['VIEWER'] }));
    const [hidden = '', shown = ''] = ids;
    expect(await payments.find(viewer, hidden)).toBeNull();
    expect(await payments.find(viewer, shown)).toMatchObject({ id: shown });
    expect(await payments.find(test.context(books), hidden)).toMatchObject({ id: hidden });
    const listed = (await payments.list(viewer, { first: 500 })).edges.map(({ node }) => node.id);
    expect(listed).toContain(shown);
    expect(listed).not.toContain(hidden);
    const refused = await eventually(() => db.accessDecision.findFirst({ where: { resourceId: hidden, allowed: false } }));
    expect(refused).toMatchObject({ action: 'payment:read', policyIds: [failed.id], attributes: expect.objectContaining({ status: 'FAILED' }) });
    await enforcePolicies(test.runtime, ACME, []);
  });
});
