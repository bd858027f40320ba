import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import { dbWithin, READ_INCIDENTS, requireReach } from '../reach.js';
import { countIncidents, type IncidentFigures } from './metrics.store.js';

export interface IncidentMetricsService {
  /**
   * How the incidents of a while were dealt with: the company's, and for platform staff every company's.
   * @throws {ForbiddenError} @throws {ValidationError} on `until` for a while that ends before it begins
   */
  figures(context: RequestContext, since: Date, until: Date): Promise<IncidentFigures>;
}

export const createIncidentMetricsService = (database: Database): IncidentMetricsService => ({
  async figures(context, since, until) {
    const db = dbWithin(requireReach(context, READ_INCIDENTS), context, database);
    if (until <= since) throw ValidationError.of('until', 'must be after since');
    return countIncidents(db, since, until);
  },
});
