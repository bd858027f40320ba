import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bookedFacts } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, GLOBEX } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingEvents, BookingFacts } from '../../booking/events.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { AnalyticsServices } from '../services.js';
import { createAnalytics } from '../subgraph.js';
import { statusRank, type BookingStatus } from './facts.js';
import { bookingCounts } from './figures.js';

type Events = BookingEvents & CommerceEvents;

const permutations = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, at) =>
        permutations(items.filter((_other, other) => other !== at)).map((rest) => [item, ...rest]),
      );

describe('where a booking stands', () => {
  it('is never taken back by what booking allows as a next step', () => {
    const steps: readonly (readonly [BookingStatus, BookingStatus])[] = [
      ['PENDING', 'CONFIRMED'],
      ['PENDING', 'CANCELLED'],
      ['PENDING', 'EXPIRED'],
      ['EXPIRED', 'CONFIRMED'],
      ['CONFIRMED', 'COMPLETED'],
      ['CONFIRMED', 'CANCELLED'],
      ['CONFIRMED', 'NO_SHOW'],
    ];
    for (const [from, to] of steps) expect(statusRank(to)).toBeGreaterThan(statusRank(from));
  });

  it('is counted for every status, also for those nothing stands at', () => {
    expect(bookingCounts([{ status: 'CANCELLED', count: 2 }])).toEqual({
      total: 2,
      byStatus: [
        { status: 'PENDING', count: 0 },
        { status: 'CONFIRMED', count: 0 },
        { status: 'COMPLETED', count: 0 },
        { status: 'CANCELLED', count: 2 },
        { status: 'NO_SHOW', count: 0 },
        { status: 'EXPIRED', count: 0 },
      ],
    });
  });
});

describe('facts', () => {
  let analytics: HostedSubgraph<AnalyticsServices, Events>;
  beforeAll(async () => {
    analytics = await startHostedSubgraph<AnalyticsServices, Events>(createAnalytics);
  });
  afterAll(() => analytics.stop());

  const db = (tenant: TenantIdentity = ACME) => analytics.runtime.database.tenants.of({ tenant });
  const bookingFact = (bookingId: string, tenant: TenantIdentity = ACME) =>
    db(tenant).bookingFact.findFirst({ where: { bookingId } });
  const at = (minute: number): Date => new Date(Date.UTC(2027, 0, 30, 12, minute));

  const pay = (amount: number, of: { tenant?: TenantIdentity; at?: Date; paymentId?: string } = {}) =>
    analytics.tell(
      'commerce.payment_succeeded',
      {
        paymentId: of.paymentId ?? uuidv7(),
        bookingId: uuidv7(),
        clientId: null,
        amount: { amount, currency: (of.tenant ?? ACME).currency },
        method: 'CARD',
      },
      of,
    );

  it('keep one row a booking, on the day it starts where the company is', async () => {
    const startsAt = '2027-01-31T03:30:00.000Z';
    const [here, there] = [bookedFacts({ startsAt }), bookedFacts({ startsAt })];
    await analytics.tell('booking.created', { ...here, status: 'PENDING' }, { tenant: ACME });
    await analytics.tell('booking.created', { ...there, status: 'CONFIRMED' }, { tenant: GLOBEX });
    await analytics.settle(ACME, GLOBEX);
    expect(await bookingFact(here.bookingId)).toMatchObject({
      status: 'PENDING',
      localDate: new Date('2027-01-30T00:00:00Z'),
      priceAmount: 12_050n,
    });
    expect(await bookingFact(there.bookingId, GLOBEX)).toMatchObject({
      status: 'CONFIRMED',
      localDate: new Date('2027-01-31T00:00:00Z'),
    });
    expect(await bookingFact(there.bookingId)).toBeNull();
  });

  it('keep the day of the zone the company had when it was told, when it moves', async () => {
    const moved: TenantIdentity = { ...ACME, timeZone: 'Asia/Tokyo' };
    const startsAt = '2027-01-31T03:30:00.000Z';
    const [before, after] = [bookedFacts({ startsAt }), bookedFacts({ startsAt })];
    await analytics.tell('booking.created', { ...before, status: 'PENDING' }, { tenant: ACME });
    await analytics.tell('booking.created', { ...after, status: 'PENDING' }, { tenant: moved });
    await analytics.settle();
    expect((await bookingFact(before.bookingId))?.localDate).toEqual(new Date('2027-01-30T00:00:00Z'));
    expect((await bookingFact(after.bookingId))?.localDate).toEqual(new Date('2027-01-31T00:00:00Z'));
  });

  it.each<[BookingStatus, readonly (keyof BookingEvents)[]]>([
    ['COMPLETED', ['booking.created', 'booking.confirmed', 'booking.completed']],
    ['NO_SHOW', ['booking.created', 'booking.confirmed', 'booking.no_show']],
    ['CANCELLED', ['booking.created', 'booking.confirmed', 'booking.cancelled']],
    ['COMPLETED', ['booking.created', 'booking.expired', 'booking.confirmed', 'booking.completed']],
    ['EXPIRED', ['booking.created', 'booking.expired']],
  ])('end with %s in whatever order %j are read', async (status, types) => {
    const orders = permutations(types.map((type, minute) => ({ type, minute })));
    const bookings: BookingFacts[] = [];
    for (const order of orders) {
      const facts = bookedFacts();
      bookings.push(facts);
      for (const { type, minute } of order) {
        const payload = { ...facts, status: 'PENDING', reason: null, previousStatus: 'CONFIRMED' } as Events[typeof type];
        await analytics.tell(type, payload, { at: at(minute) });
      }
    }
    await analytics.settle();
    const stand = await Promise.all(bookings.map(async ({ bookingId }) => (await bookingFact(bookingId))?.status));
    expect(stand).toEqual(bookings.map(() => status));
  });

  it('write a payment down once, on its day, and its refunds one by one', async () => {
    const paymentId = uuidv7();
    const refund = { paymentId, bookingId: uuidv7(), amount: { amount: 1_000, currency: 'USD' } };
    const late = new Date('2027-02-01T04:30:00Z');
    await pay(5_000, { paymentId, at: late });
    await pay(5_000, { paymentId, at: late });
    await analytics.tell('commerce.payment_refunded', refund, { at: new Date('2027-02-01T05:30:00Z') });
    await analytics.tell('commerce.payment_refunded', refund, { at: new Date('2027-02-01T05:31:00Z') });
    await analytics.settle();
    const rows = await db().revenueFact.findMany({ where: { paymentId }, orderBy: { occurredAt: 'asc' } });
    expect(rows.map(({ kind, amount, localDate }) => [kind, amount, localDate.toISOString().slice(0, 10)])).toEqual([
      ['PAYMENT', 5_000n, '2027-01-31'],
      ['REFUND', -1_000n, '2027-02-01'],
      ['REFUND', -1_000n, '2027-02-01'],
    ]);
  });

  it('are the same after everything is told again, and nothing is set aside', async () => {
    await pay(700, { tenant: GLOBEX });
    await analytics.settle(ACME, GLOBEX);
    const snapshot = async (tenant: TenantIdentity) => [
      await db(tenant).bookingFact.findMany({ orderBy: { bookingId: 'asc' } }),
      await db(tenant).revenueFact.findMany({ orderBy: { id: 'asc' } }),
    ];
    const before = [await snapshot(ACME), await snapshot(GLOBEX)];
    await analytics.replay(ACME, GLOBEX);
    expect([await snapshot(ACME), await snapshot(GLOBEX)]).toEqual(before);
    expect([...(await analytics.deadLetters(ACME)), ...(await analytics.deadLetters(GLOBEX))]).toEqual([]);
  });

  it('of money cannot be changed or removed', async () => {
    await expect(db().revenueFact.updateMany({ data: { amount: 1n } })).rejects.toThrow(/permission denied|append-only/);
    await expect(db().revenueFact.deleteMany({})).rejects.toThrow(/permission denied|append-only/);
  });
});
