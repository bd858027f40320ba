import { builder } from '../builder.js';
import type { Granularity } from '../calendar/calendar.js';
import { BookingStatusCountRef } from '../dashboard/dashboard.graph.js';
import { netRevenue } from '../facts/figures.js';
import type { RevenuePeriod, RevenueReport } from './report.js';
import type { BookingStats } from './report.service.js';

const READS_REPORTS = [['reports:read' as const]];

const ReportGranularityEnum = builder.enumType('ReportGranularity', {
  description: 'How long the periods of a report are.',
  values: {
    DAY: { description: 'A day.' },
    WEEK: { description: 'A week from Monday to Sunday.' },
    MONTH: { description: 'A month of the calendar.' },
  } satisfies Record<Granularity, object>,
});

const BookingStatsRef = builder.objectRef<BookingStats>('BookingStats').implement({
  description: 'Bookings that start within a range of days.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    from: t.expose('from', { type: 'LocalDate', description: 'First day.' }),
    to: t.expose('to', { type: 'LocalDate', description: 'Last day.' }),
    total: t.int({ description: 'All of them.', resolve: ({ counts }) => counts.total }),
    byStatus: t.field({
      type: [BookingStatusCountRef],
      description: 'For every status, also for those that nothing stands at.',
      resolve: ({ counts }) => [...counts.byStatus],
    }),
  }),
});

const RevenuePeriodRef = builder.objectRef<RevenuePeriod>('RevenuePeriod').implement({
  description: 'Money of one period.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    from: t.expose('from', { type: 'LocalDate', description: 'First day of the period within the range.' }),
    to: t.expose('to', { type: 'LocalDate', description: 'Last day of the period within the range.' }),
    payments: t.field({
      type: 'Money',
      description: 'What was paid.',
      resolve: ({ figures, currency }) => ({ amount: figures.payments, currency }),
    }),
    refunds: t.field({
      type: 'Money',
      description: 'What went back, as a positive amount.',
      resolve: ({ figures, currency }) => ({ amount: figures.refunds, currency }),
    }),
    revenue: t.field({
      type: 'Money',
      description: 'What was paid less what went back.',
      resolve: ({ figures, currency }) => netRevenue(figures, currency),
    }),
  }),
});

const RevenueReportRef = builder.objectRef<RevenueReport>('RevenueReport').implement({
  description: "Money that came and went within a range of days, in the company's currency.",
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    from: t.expose('from', { type: 'LocalDate', description: 'First day.' }),
    to: t.expose('to', { type: 'LocalDate', description: 'Last day.' }),
    granularity: t.expose('granularity', { type: ReportGranularityEnum, description: 'How long the periods are.' }),
    timeZone: t.string({
      description: "IANA zone of the company's calendar.",
      resolve: (_report, _args, { request }) => request.tenant.timeZone,
    }),
    payments: t.field({
      type: 'Money',
      description: 'What was paid.',
      resolve: ({ total, currency }) => ({ amount: total.payments, currency }),
    }),
    refunds: t.field({
      type: 'Money',
      description: 'What went back, as a positive amount.',
      resolve: ({ total, currency }) => ({ amount: total.refunds, currency }),
    }),
    revenue: t.field({
      type: 'Money',
      description: 'What was paid less what went back.',
      resolve: ({ total, currency }) => netRevenue(total, currency),
    }),
    periods: t.field({
      type: [RevenuePeriodRef],
      description: 'Every period in order, also those without any money.',
      resolve: ({ periods }) => [...periods],
    }),
  }),
});

builder.queryFields((t) => ({
  bookingStats: t.field({
    type: BookingStatsRef,
    nullable: true,
    requiresScopes: READS_REPORTS,
    description: "How many bookings start within a range of days of the company's calendar, and where they stand.",
    args: {
      from: t.arg({ type: 'LocalDate', description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', description: 'Last day.' }),
    },
    resolve: (_root, range, { request, services }) => services.reports.bookingStats(request, range),
  }),
  revenueReport: t.field({
    type: RevenueReportRef,
    nullable: true,
    requiresScopes: READS_REPORTS,
    description: "Money that came and went within a range of days of the company's calendar, at most 400 periods.",
    args: {
      from: t.arg({ type: 'LocalDate', description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', description: 'Last day.' }),
      granularity: t.arg({ type: ReportGranularityEnum, description: 'How long the periods are.' }),
    },
    resolve: (_root, { granularity, ...range }, { request, services }) =>
      services.reports.revenue(request, range, granularity),
  }),
}));
