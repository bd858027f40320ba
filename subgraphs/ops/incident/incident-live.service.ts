import type { EventTail } from '../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdate, type LiveUpdates } from '../../_kernel/events/live-updates.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { OpsEvents } from '../events.js';
import { READ_INCIDENTS, requireReach } from '../reach.js';

interface IncidentNews {
  readonly incidentId: string;
}

export type IncidentUpdate = LiveUpdate<IncidentNews>;

/**
 * Incidents from now on, or from behind a cursor: of the tenant, and for platform staff of every tenant.
 * Both throw {ForbiddenError} without the permission to read incidents and {ValidationError} for a cursor
 * that is not one of ours.
 */
export interface IncidentLiveService {
  /** Each incident once, when it is detected. */
  raised(context: RequestContext, after: string | null | undefined): LiveUpdates<IncidentNews>;
  /** Every change of one: its status, its severity, its numbers. */
  updates(context: RequestContext, after: string | null | undefined): LiveUpdates<IncidentNews>;
}

export function createIncidentLiveService(tail: EventTail): IncidentLiveService {
  const follow = (
    context: RequestContext,
    after: string | null | undefined,
    type: 'ops.incident_raised' | 'ops.incident_changed',
  ): LiveUpdates<IncidentNews> => {
    const reach = requireReach(context, READ_INCIDENTS);
    const tenantId = reach === 'TENANT' ? context.tenant.id : undefined;
    return liveUpdates(tail, { tenantId, types: [type], after }, ({ payload }) => {
      const { incidentId } = payload as OpsEvents[typeof type];
      return { incidentId };
    });
  };
  return {
    raised: (context, after) => follow(context, after, 'ops.incident_raised'),
    updates: (context, after) => follow(context, after, 'ops.incident_changed'),
  };
}
