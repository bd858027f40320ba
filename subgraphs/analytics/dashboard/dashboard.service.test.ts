import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bookedFacts } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { ForbiddenError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingEvents, BookingFacts } from '../../booking/events.js';
import { ProviderId, ServiceId } from '../../booking/ids.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { AnalyticsServices } from '../services.js';
import { createAnalytics } from '../subgraph.js';

type Events = BookingEvents & CommerceEvents;

const owner = memberOf(['reports:read']);
const [massage, yoga, ana, ben] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];

describe('the dashboard', () => {
  let analytics: HostedSubgraph<AnalyticsServices, Events>;

  const pay = (amount: number, at: string, tenant: TenantIdentity = ACME, currency = tenant.currency) =>
    analytics.tell(
      'commerce.payment_succeeded',
      { paymentId: uuidv7(), bookingId: uuidv7(), clientId: null, amount: { amount, currency }, method: 'CARD' },
      { tenant, at: new Date(at) },
    );
  const refund = (amount: number, at: string) =>
    analytics.tell(
      'commerce.payment_refunded',
      { paymentId: uuidv7(), bookingId: uuidv7(), amount: { amount, currency: 'USD' } },
      { at: new Date(at) },
    );
  const book = async (
    status: BookingEvents['booking.created']['status'],
    known: Partial<BookingFacts>,
    tenant: TenantIdentity = ACME,
  ) => analytics.tell('booking.created', { ...bookedFacts(known), status }, { tenant });

  // Wednesday, 10 March 2027 in New York, four days before clocks change there.
  beforeAll(async () => {
    analytics = await startHostedSubgraph<AnalyticsServices, Events>(createAnalytics);
    await pay(10_000, '2027-03-10T15:00:00Z');
    await pay(2_500, '2027-03-11T04:59:00Z');
    await refund(1_500, '2027-03-10T20:00:00Z');
    await pay(4_000, '2027-03-10T04:59:00Z');
    await pay(300, '2027-03-04T17:00:00Z');
    await pay(70, '2027-03-03T17:00:00Z');
    await pay(9, '2027-03-11T05:00:00Z');
    await pay(1_000_000, '2027-03-10T15:00:00Z', ACME, 'EUR');
    await pay(77_000, '2027-03-10T15:00:00Z', GLOBEX);

    const today = '2027-03-10T18:00:00.000Z';
    await book('COMPLETED', { startsAt: today, serviceId: massage, providerId: ana });
    await book('CONFIRMED', { startsAt: '2027-03-11T04:00:00.000Z', serviceId: massage, providerId: ben });
    await book('CANCELLED', { startsAt: today, serviceId: yoga, providerId: ben });
    await book('EXPIRED', { startsAt: today, serviceId: yoga, providerId: ben });
    await book('NO_SHOW', { startsAt: '2027-02-20T18:00:00.000Z', serviceId: yoga, providerId: ana });
    await book('COMPLETED', { startsAt: '2027-02-08T18:00:00.000Z', serviceId: yoga, providerId: ana });
    await book('PENDING', { startsAt: '2027-03-20T18:00:00.000Z', serviceId: massage, providerId: ana });
    await book('CONFIRMED', { startsAt: today, serviceId: massage, providerId: ana }, GLOBEX);
    await analytics.settle(ACME, GLOBEX);
  });
  afterAll(() => analytics.stop());

  const SUMMARY = `query ($date: LocalDate) {
    dashboardSummary(date: $date) {
      date timeZone
      revenue { amount currency } revenueLast7Days { amount }
      revenueByDay(days: 8) { date revenue { amount } }
      bookings { total byStatus { status count } }
      bookingsToday
      topServices { service { id } bookings bookedValue { amount currency } }
      topProviders(first: 1) { provider { id } bookings }
    }
  }`;
  const summaryOf = async (tenant: TenantIdentity, date: string) => {
    const { data, errors } = await analytics.graphql(SUMMARY, { variables: { date }, as: owner, tenant });
    expect(errors).toBeUndefined();
    return (data as { dashboardSummary: Record<string, unknown> }).dashboardSummary;
  };

  it('shows the business day of the company, in its own currency', async () => {
    expect(await summaryOf(ACME, '2027-03-10')).toEqual({
      date: '2027-03-10',
      timeZone: 'America/New_York',
      revenue: { amount: 11_000, currency: 'USD' },
      revenueLast7Days: { amount: 15_300 },
      revenueByDay: [
        { date: '2027-03-03', revenue: { amount: 70 } },
        { date: '2027-03-04', revenue: { amount: 300 } },
        { date: '2027-03-05', revenue: { amount: 0 } },
        { date: '2027-03-06', revenue: { amount: 0 } },
        { date: '2027-03-07', revenue: { amount: 0 } },
        { date: '2027-03-08', revenue: { amount: 0 } },
        { date: '2027-03-09', revenue: { amount: 4_000 } },
        { date: '2027-03-10', revenue: { amount: 11_000 } },
      ],
      bookings: {
        total: 5,
        byStatus: [
          { status: 'PENDING', count: 0 },
          { status: 'CONFIRMED', count: 1 },
          { status: 'COMPLETED', count: 1 },
          { status: 'CANCELLED', count: 1 },
          { status: 'NO_SHOW', count: 1 },
          { status: 'EXPIRED', count: 1 },
        ],
      },
      bookingsToday: 2,
      topServices: [
        { service: { id: ServiceId.encode(massage) }, bookings: 2, bookedValue: { amount: 24_100, currency: 'USD' } },
        { service: { id: ServiceId.encode(yoga) }, bookings: 1, bookedValue: { amount: 12_050, currency: 'USD' } },
      ],
      topProviders: [{ provider: { id: ProviderId.encode(ana) }, bookings: 2 }],
    });
  });

  it('shows another company nothing but its own', async () => {
    expect(await summaryOf(GLOBEX, '2027-03-10')).toMatchObject({
      timeZone: 'Europe/Berlin',
      revenue: { amount: 77_000, currency: 'EUR' },
      revenueLast7Days: { amount: 77_000 },
      bookings: { total: 1 },
      bookingsToday: 1,
      topProviders: [{ provider: { id: ProviderId.encode(ana) }, bookings: 1 }],
    });
  });

  it('is about today where the company is when no day is named, and counts what is still to come', async () => {
    const clock = createTestClock(new Date('2027-03-11T04:30:00Z'));
    const { dashboard } = analytics.subgraph.services;
    const here = contextFor(ACME, owner, clock);
    const { date } = dashboard.open(here, null);
    expect(date).toBe('2027-03-10');
    expect(dashboard.open(contextFor(GLOBEX, owner, clock), undefined).date).toBe('2027-03-11');
    expect(await dashboard.dayCounts(here, date)).toEqual({ onDay: 2, upcoming: 1 });
    const earlier = contextFor(ACME, owner, createTestClock(new Date('2027-03-10T12:00:00Z')));
    expect((await dashboard.dayCounts(earlier, date)).upcoming).toBe(2);
  });

  it('is refused without the permission, field by field, and for impossible sizes and days', async () => {
    const { dashboard } = analytics.subgraph.services;
    const stranger = contextFor(ACME, memberOf(['billing:read']));
    expect(() => dashboard.open(stranger, null)).toThrow(ForbiddenError);
    await expect(dashboard.revenue(stranger, '2027-03-10')).rejects.toThrow(ForbiddenError);
    await expect(dashboard.bookings(stranger, '2027-03-10')).rejects.toThrow(ForbiddenError);
    await expect(dashboard.topProviders(stranger, '2027-03-10', 5)).rejects.toThrow(ForbiddenError);
    const context = contextFor(ACME, owner);
    expect(() => dashboard.open(context, '0000-01-01')).toThrow(ValidationError);
    await expect(dashboard.revenueByDay(context, '2027-03-10', 0)).rejects.toThrow(ValidationError);
    await expect(dashboard.revenueByDay(context, '2027-03-10', 367)).rejects.toThrow(ValidationError);
    await expect(dashboard.topServices(context, '2027-03-10', 51)).rejects.toThrow(ValidationError);
    const { data, errors } = await analytics.graphql(SUMMARY, { variables: { date: '2027-03-10' }, as: memberOf() });
    expect(data).toEqual({ dashboardSummary: null });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
  });

  describe('reports', () => {
    const report = async (granularity: string, from = '2027-03-03', to = '2027-03-11') => {
      const { data, errors } = await analytics.graphql(
        `query ($from: LocalDate!, $to: LocalDate!, $granularity: ReportGranularity!) {
           revenueReport(from: $from, to: $to, granularity: $granularity) {
             payments { amount } refunds { amount } revenue { amount }
             periods { from to payments { amount } refunds { amount } revenue { amount } }
           }
         }`,
        { variables: { from, to, granularity }, as: owner },
      );
      expect(errors).toBeUndefined();
      return (data as {
        revenueReport: {
          payments: { amount: number };
          refunds: { amount: number };
          revenue: { amount: number };
          periods: { from: string; to: string; revenue: { amount: number } }[];
        };
      }).revenueReport;
    };

    it('come to the same total by day, week and month', async () => {
      for (const granularity of ['DAY', 'WEEK', 'MONTH']) {
        const { payments, refunds, revenue, periods } = await report(granularity);
        expect([payments.amount, refunds.amount, revenue.amount]).toEqual([16_879, 1_500, 15_379]);
        expect(periods.reduce((sum, period) => sum + period.revenue.amount, 0)).toBe(15_379);
      }
    });

    it('cut weeks to the range', async () => {
      const { periods } = await report('WEEK');
      expect(periods.map(({ from, to, revenue }) => [from, to, revenue.amount])).toEqual([
        ['2027-03-03', '2027-03-07', 370],
        ['2027-03-08', '2027-03-11', 15_009],
      ]);
      const inside = await report('MONTH', '2027-03-04', '2027-03-09');
      expect(inside.periods.map(({ revenue }) => revenue.amount)).toEqual([4_300]);
    });

    it('count bookings of any range by where they stand', async () => {
      const { data } = await analytics.graphql(
        `{ bookingStats(from: "2027-02-08", to: "2027-03-20") { from to total byStatus { status count } } }`,
        { as: owner },
      );
      expect(data).toMatchObject({
        bookingStats: {
          from: '2027-02-08',
          to: '2027-03-20',
          total: 7,
          byStatus: expect.arrayContaining([{ status: 'COMPLETED', count: 2 }, { status: 'PENDING', count: 1 }]),
        },
      });
    });

    it('are refused without the permission and for ranges that run backwards', async () => {
      const { reports } = analytics.subgraph.services;
      const range = { from: '2027-03-01', to: '2027-03-02' };
      const stranger = contextFor(ACME, memberOf());
      await expect(reports.bookingStats(stranger, range)).rejects.toThrow(ForbiddenError);
      await expect(reports.revenue(stranger, range, 'DAY')).rejects.toThrow(ForbiddenError);
      const backwards = { from: range.to, to: range.from };
      await expect(reports.revenue(contextFor(ACME, owner), backwards, 'DAY')).rejects.toThrow(ValidationError);
    });
  });
});
