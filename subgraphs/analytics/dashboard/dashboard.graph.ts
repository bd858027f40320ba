import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { ProviderId, ServiceId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import type { BookingStatus } from '../facts/facts.js';
import type { BookingCounts, StatusCount } from '../facts/figures.js';
import type { RankedBookings } from '../facts/figures.store.js';
import type { DayRevenue } from './dashboard.js';
import type { Dashboard } from './dashboard.service.js';

const READS_REPORTS = [['reports:read' as const]];

const BookingStatusEnum = builder.enumType('BookingStatus', {
  description: 'Where a booking stands.',
  values: {
    PENDING: { description: 'The time is held until the payment comes or the hold is over.' },
    CONFIRMED: { description: 'Paid for, or free.' },
    COMPLETED: { description: 'It took place.' },
    CANCELLED: { description: 'Called off.' },
    NO_SHOW: { description: 'The client did not come.' },
    EXPIRED: { description: 'Nobody paid in time; the time is on offer again.' },
  } satisfies Record<BookingStatus, object>,
});

const ServiceRef = foreignEntity(builder, 'Service');

const ProviderRef = foreignEntity(builder, 'Provider');

const DayRevenueRef = builder.objectRef<DayRevenue>('DayRevenue').implement({
  description: 'Revenue of one day.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    date: t.expose('date', { type: 'LocalDate', description: "The day, on the company's calendar." }),
    revenue: t.expose('revenue', { type: 'Money', description: 'What was paid less what was refunded.' }),
  }),
});

export const BookingStatusCountRef = builder.objectRef<StatusCount>('BookingStatusCount').implement({
  description: 'How many bookings stand somewhere.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    status: t.expose('status', { type: BookingStatusEnum, description: 'Where they stand now.' }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});

const BookingCountsRef = builder.objectRef<BookingCounts>('BookingCounts').implement({
  description: 'How many bookings there are, and where they stand.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All of them.' }),
    byStatus: t.field({
      type: [BookingStatusCountRef],
      description: 'For every status, also for those that nothing stands at.',
      resolve: ({ byStatus }) => [...byStatus],
    }),
  }),
});

const TopServiceRef = builder.objectRef<RankedBookings>('TopService').implement({
  description: 'A service by how much it was booked.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'The service.',
      resolve: ({ id }) => ({ id: ServiceId.encode(id) }),
    }),
    bookings: t.exposeInt('bookings', { description: 'Bookings that were neither called off nor expired.' }),
    bookedValue: t.field({
      type: 'Money',
      description: "The prices of these bookings together, those in the company's currency.",
      resolve: ({ value }, _args, { request }) => ({ amount: value, currency: request.tenant.currency }),
    }),
  }),
});

const TopProviderRef = builder.objectRef<RankedBookings>('TopProvider').implement({
  description: 'A provider by how much she was booked.',
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'The provider.',
      resolve: ({ id }) => ({ id: ProviderId.encode(id) }),
    }),
    bookings: t.exposeInt('bookings', { description: 'Bookings that were neither called off nor expired.' }),
    bookedValue: t.field({
      type: 'Money',
      description: "The prices of these bookings together, those in the company's currency.",
      resolve: ({ value }, _args, { request }) => ({ amount: value, currency: request.tenant.currency }),
    }),
  }),
});

const firstArg = { required: false, defaultValue: 5, description: 'How many, 1 to 50.' } as const;

const DashboardSummaryRef = builder.objectRef<Dashboard>('DashboardSummary').implement({
  description:
    "The business at a glance, as of one day. Days are those of the company's calendar; money is in the company's currency.",
  requiresScopes: READS_REPORTS,
  fields: (t) => ({
    date: t.expose('date', { type: 'LocalDate', description: 'The day it is about.' }),
    timeZone: t.string({
      description: "IANA zone of the company's calendar.",
      resolve: (_dashboard, _args, { request }) => request.tenant.timeZone,
    }),
    revenue: t.field({
      type: 'Money',
      description: 'What was paid less what was refunded on the day.',
      resolve: ({ date }, _args, { request, services }) => services.dashboard.revenue(request, date),
    }),
    revenueLast7Days: t.field({
      type: 'Money',
      description: 'The same of the seven days up to the day.',
      resolve: ({ date }, _args, { request, services }) => services.dashboard.revenueLast7Days(request, date),
    }),
    revenueByDay: t.field({
      type: [DayRevenueRef],
      nullable: true,
      description: 'The same of each day up to the day, oldest first.',
      args: { days: t.arg.int({ required: false, defaultValue: 14, description: 'How many days, 1 to 366.' }) },
      resolve: async ({ date }, { days }, { request, services }) => [
        ...(await services.dashboard.revenueByDay(request, date, days ?? 14)),
      ],
    }),
    bookings: t.field({
      type: BookingCountsRef,
      description: 'Bookings that start in the 30 days up to the day.',
      resolve: ({ date }, _args, { request, services }) => services.dashboard.bookings(request, date),
    }),
    bookingsToday: t.int({
      description: 'Bookings that start on the day, without those called off or expired.',
      resolve: async ({ date }, _args, { request, services }) =>
        (await services.dashboard.dayCounts(request, date)).onDay,
    }),
    upcomingBookings: t.int({
      description: 'Bookings still to come from this moment on, without those called off or expired.',
      resolve: async ({ date }, _args, { request, services }) =>
        (await services.dashboard.dayCounts(request, date)).upcoming,
    }),
    topServices: t.field({
      type: [TopServiceRef],
      nullable: true,
      description: 'The services booked most in the 30 days up to the day.',
      args: { first: t.arg.int(firstArg) },
      resolve: async ({ date }, { first }, { request, services }) => [
        ...(await services.dashboard.topServices(request, date, first ?? 5)),
      ],
    }),
    topProviders: t.field({
      type: [TopProviderRef],
      nullable: true,
      description: 'The providers booked most in the 30 days up to the day.',
      args: { first: t.arg.int(firstArg) },
      resolve: async ({ date }, { first }, { request, services }) => [
        ...(await services.dashboard.topProviders(request, date, first ?? 5)),
      ],
    }),
  }),
});

builder.queryFields((t) => ({
  dashboardSummary: t.field({
    type: DashboardSummaryRef,
    nullable: true,
    requiresScopes: READS_REPORTS,
    description: 'The business at a glance.',
    args: {
      date: t.arg({
        type: 'LocalDate',
        required: false,
        description: "The day; today on the company's calendar when left out.",
      }),
    },
    resolve: (_root, { date }, { request, services }) => services.dashboard.open(request, date),
  }),
}));
