import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createDashboardLoaders } from './dashboard/dashboard.loader.js';
import { createDashboardService } from './dashboard/dashboard.service.js';
import type { AnalyticsEvents } from './events.js';
import { createFactsService } from './facts/facts.service.js';
import { countBookingWhenItIsCreated } from './reactions/count-booking-when-it-is-created.js';
import {
  followBookingWhenItExpires,
  followBookingWhenItIsCancelled,
  followBookingWhenItIsCompleted,
  followBookingWhenItIsConfirmed,
  followBookingWhenNobodyComes,
} from './reactions/follow-booking-when-it-moves-on.js';
import { recordRevenueWhenPaymentSucceeds } from './reactions/record-revenue-when-payment-succeeds.js';
import { takeRevenueBackWhenPaymentIsRefunded } from './reactions/take-revenue-back-when-payment-is-refunded.js';
import { createReportService } from './report/report.service.js';
import { ANALYTICS_HOLDINGS } from './personal-data.js';
import { schema } from './schema.js';
import type { AnalyticsServices } from './services.js';

/** How the business does, from what the others tell of it. */
export function createAnalytics(runtime: SubgraphRuntime): Subgraph<AnalyticsServices> {
  const { tenants } = runtime.database;
  const facts = createFactsService();

  return {
    name: 'analytics',
    schema,
    services: {
      dashboard: createDashboardService({ tenants, loaders: createDashboardLoaders(tenants) }),
      reports: createReportService(tenants),
    },
    reactions: [
      countBookingWhenItIsCreated(facts),
      followBookingWhenItIsConfirmed(facts),
      followBookingWhenItIsCompleted(facts),
      followBookingWhenItIsCancelled(facts),
      followBookingWhenNobodyComes(facts),
      followBookingWhenItExpires(facts),
      recordRevenueWhenPaymentSucceeds(facts),
      takeRevenueBackWhenPaymentIsRefunded(facts),
      answerForPersonalData({ name: 'analytics', holdings: ANALYTICS_HOLDINGS }, runtime.outbox.for<AnalyticsEvents>(), runtime.secretBox),
    ],
    routes: [],
    schedules: [],
  };
}
