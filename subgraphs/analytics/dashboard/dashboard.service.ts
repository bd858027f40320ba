import type { Money } from '../../_kernel/money/money.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { assertReportable, lastDays, localDateOf } from '../calendar/calendar.js';
import { bookingCounts, netRevenue, NO_REVENUE, type BookingCounts } from '../facts/figures.js';
import {
  countBookings,
  rankBookings,
  sumRevenue,
  type DayCounts,
  type RankedBookings,
} from '../facts/figures.store.js';
import {
  assertDayCount,
  assertRankingLength,
  everyDay,
  totalRevenue,
  windowOf,
  type DayRevenue,
} from './dashboard.js';
import type { DashboardLoaders } from './dashboard.loader.js';

/** The day a dashboard is about; its figures are read when they are asked for. */
export interface Dashboard {
  readonly date: string;
}

/**
 * Figures of the tenant's business day. Revenue is what was paid less what was refunded on a day, in the
 * tenant's currency. Everything here throws {ForbiddenError} without `reports:read`.
 */
export interface DashboardService {
  /**
   * @param date `YYYY-MM-DD` on the tenant's calendar; today when left out
   * @throws {ValidationError}
   */
  open(context: RequestContext, date: string | null | undefined): Dashboard;
  revenue(context: RequestContext, date: string): Promise<Money>;
  revenueLast7Days(context: RequestContext, date: string): Promise<Money>;
  /** The days up to the date, oldest first. @throws {ValidationError} for fewer than 1 or more than 366 days */
  revenueByDay(context: RequestContext, date: string, days: number): Promise<readonly DayRevenue[]>;
  /** Bookings that start in the 30 days up to the date. */
  bookings(context: RequestContext, date: string): Promise<BookingCounts>;
  dayCounts(context: RequestContext, date: string): Promise<DayCounts>;
  /** The most booked of the 30 days up to the date. @throws {ValidationError} for fewer than 1 or more than 50 */
  topServices(context: RequestContext, date: string, first: number): Promise<readonly RankedBookings[]>;
  topProviders(context: RequestContext, date: string, first: number): Promise<readonly RankedBookings[]>;
}

export function createDashboardService(parts: {
  readonly tenants: TenantDatabase;
  readonly loaders: DashboardLoaders;
}): DashboardService {
  const { tenants, loaders } = parts;

  return {
    open(context, date) {
      requirePermission(context, 'reports:read');
      if (date == null) return { date: localDateOf(context.clock.now(), context.tenant.timeZone) };
      assertReportable(date, 'date');
      return { date };
    },
    async revenue(context, date) {
      requirePermission(context, 'reports:read');
      const days = await context.loaders.of(context, loaders.revenueOfWeekTo).load(date);
      return netRevenue(days.get(date) ?? NO_REVENUE, context.tenant.currency);
    },
    async revenueLast7Days(context, date) {
      requirePermission(context, 'reports:read');
      return totalRevenue(
        await context.loaders.of(context, loaders.revenueOfWeekTo).load(date),
        context.tenant.currency,
      );
    },
    async revenueByDay(context, date, days) {
      requirePermission(context, 'reports:read');
      assertDayCount(days);
      const { currency } = context.tenant;
      const range = lastDays(date, days);
      return everyDay(range, await sumRevenue(tenants.of(context), range, currency, 'DAY'), currency);
    },
    async bookings(context, date) {
      requirePermission(context, 'reports:read');
      return bookingCounts(await countBookings(tenants.of(context), windowOf(date)));
    },
    async dayCounts(context, date) {
      requirePermission(context, 'reports:read');
      return context.loaders.of(context, loaders.countsOfDay).load(date);
    },
    async topServices(context, date, first) {
      requirePermission(context, 'reports:read');
      assertRankingLength(first);
      return rankBookings(tenants.of(context), 'SERVICE', windowOf(date), context.tenant.currency, first);
    },
    async topProviders(context, date, first) {
      requirePermission(context, 'reports:read');
      assertRankingLength(first);
      return rankBookings(tenants.of(context), 'PROVIDER', windowOf(date), context.tenant.currency, first);
    },
  };
}
