import { ValidationError } from '../../_kernel/errors/domain-error.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import type { RequestOutcome } from '../../_kernel/wire/request-counts.js';
import { countIncidents, type IncidentFigures } from '../incident/metrics.store.js';
import { extentOf, type Demand, type FindTenant } from '../reach.js';
import { countErrorGroups, sumRequestCounts } from './operational-metrics.store.js';

const READ_METRICS: Demand = { member: 'settings:read', platform: 'platform:metrics:read' };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** For as long requests are counted; see `forgetOldReports`. */
const MOST_DAYS = 90;

/** How it goes, in full hours. */
export interface OperationalFigures {
  readonly since: Date;
  readonly until: Date;
  readonly requests: Readonly<Record<RequestOutcome, number>>;
  readonly incidents: IncidentFigures;
}

export interface MetricsWindow {
  /** A day before its end when null. */
  readonly since: Date | null;
  /** Now when null. */
  readonly until: Date | null;
}

export interface OperationalMetricsService {
  /**
   * Requests and incidents of a while that is widened to full hours: the caller's company's, and for platform staff
   * every company's, or that of the one named.
   * @param tenantId UUID, or null
   * @returns null for a company that is unknown or another's
   * @throws {ForbiddenError} @throws {ValidationError} on `until` or `since`
   */
  figures(context: RequestContext, tenantId: string | null, window: MetricsWindow): Promise<OperationalFigures | null>;
  /** Errors that differ met with in that while, over the platform. @throws {ForbiddenError} */
  errorKinds(context: RequestContext, figures: Pick<OperationalFigures, 'since' | 'until'>): Promise<number>;
}

function hoursOf({ since, until }: MetricsWindow, now: Date): { readonly since: Date; readonly until: Date } {
  const end = until ?? now;
  const begin = since ?? new Date(end.getTime() - DAY_MS);
  if (end <= begin) throw ValidationError.of('until', 'must be after since');
  if (end.getTime() - begin.getTime() > MOST_DAYS * DAY_MS) throw ValidationError.of('since', `must be at most ${MOST_DAYS} days before until`);
  return {
    since: new Date(Math.floor(begin.getTime() / HOUR_MS) * HOUR_MS),
    until: new Date(Math.ceil(end.getTime() / HOUR_MS) * HOUR_MS),
  };
}

export function createOperationalMetricsService(parts: {
  readonly database: Database;
  readonly findTenant: FindTenant;
}): OperationalMetricsService {
  const { database } = parts;
  return {
    async figures(context, tenantId, window) {
      const extent = await extentOf(context, READ_METRICS, tenantId, parts);
      if (!extent) return null;
      const { db } = extent;
      const { since, until } = hoursOf(window, context.clock.now());
      const [requests, incidents] = await Promise.all([sumRequestCounts(db, since, until), countIncidents(db, since, until)]);
      return { since, until, requests, incidents };
    },
    async errorKinds(context, { since, until }) {
      requirePermission(context, 'platform:metrics:read');
      return countErrorGroups(database.platform.db, since, until);
    },
  };
}
