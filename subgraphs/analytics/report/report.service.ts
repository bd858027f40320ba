import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { assertReportableRange, periodsOf, type DateRange, type Granularity } from '../calendar/calendar.js';
import { bookingCounts, type BookingCounts } from '../facts/figures.js';
import { countBookings, sumRevenue } from '../facts/figures.store.js';
import { revenueReport, type RevenueReport } from './report.js';

export interface BookingStats extends DateRange {
  readonly counts: BookingCounts;
}

/** Everything here throws {ForbiddenError} without `reports:read`. */
export interface ReportService {
  /** Bookings that start within the range. @throws {ValidationError} for an impossible range */
  bookingStats(context: RequestContext, range: DateRange): Promise<BookingStats>;
  /**
   * Payments and refunds within the range, in the tenant's currency.
   * @throws {ValidationError} for an impossible range, or one of too many periods
   */
  revenue(context: RequestContext, range: DateRange, granularity: Granularity): Promise<RevenueReport>;
}

export function createReportService(tenants: TenantDatabase): ReportService {
  return {
    async bookingStats(context, { from, to }) {
      requirePermission(context, 'reports:read');
      assertReportableRange({ from, to });
      return { from, to, counts: bookingCounts(await countBookings(tenants.of(context), { from, to })) };
    },
    async revenue(context, { from, to }, granularity) {
      requirePermission(context, 'reports:read');
      assertReportableRange({ from, to });
      const { currency } = context.tenant;
      const periods = periodsOf({ from, to }, granularity);
      const found = await sumRevenue(tenants.of(context), { from, to }, currency, granularity);
      return revenueReport({ from, to }, granularity, periods, found, currency);
    },
  };
}
