import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { lastDays } from '../calendar/calendar.js';
import type { RevenueFigures } from '../facts/figures.js';
import { countDay, sumRevenue, type DayCounts } from '../facts/figures.store.js';

const WEEK_DAYS = 7;

/** What several fields of one day's dashboard are read from, each read once. Keys are dates. */
export interface DashboardLoaders {
  readonly revenueOfWeekTo: LoaderDefinition<string, ReadonlyMap<string, RevenueFigures>>;
  readonly countsOfDay: LoaderDefinition<string, DayCounts>;
}

export const createDashboardLoaders = (tenants: TenantDatabase): DashboardLoaders => ({
  revenueOfWeekTo: {
    name: 'revenueOfWeekTo',
    batch: (context, dates) =>
      Promise.all(
        dates.map((date) =>
          sumRevenue(tenants.of(context), lastDays(date, WEEK_DAYS), context.tenant.currency, 'DAY'),
        ),
      ),
  },
  countsOfDay: {
    name: 'countsOfDay',
    batch: (context, dates) =>
      Promise.all(dates.map((date) => countDay(tenants.of(context), date, context.clock.now()))),
  },
});
