import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { deleteRequestCountsBefore } from '../figures/operational-metrics.store.js';
import { deleteReportsBefore } from './error-report.store.js';

const KEPT_MS = 90 * 86_400_000;

export const forgetOldReports = (platform: PlatformDatabase): Schedule => ({
  name: 'forget-old-error-reports',
  everySeconds: 3_600,
  async run({ clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    await deleteReportsBefore(platform.db, before);
    await deleteRequestCountsBefore(platform.db, before);
  },
});
