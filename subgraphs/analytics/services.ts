import type { DashboardService } from './dashboard/dashboard.service.js';
import type { ReportService } from './report/report.service.js';

/** What analytics' resolvers can call. */
export interface AnalyticsServices {
  readonly dashboard: DashboardService;
  readonly reports: ReportService;
}
