import { encodePosition } from '../../_kernel/events/event.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { mapStream } from '../../_kernel/events/map-stream.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { OpsEvents } from '../events.js';
import { READ_INCIDENTS, requireReach } from '../reach.js';
import { resumeFrom } from '../stream-position.js';

export interface IncidentUpdate {
  /** Resume behind this. */
  readonly cursor: string;
  readonly incidentId: string;
}

type IncidentStream = AsyncGenerator<IncidentUpdate, void, void>;

/**
 * Incidents from now on, or from behind a cursor: of the tenant, and for platform staff of every tenant.
 * Both throw {ForbiddenError} without the permission to read incidents and {ValidationError} for a cursor
 * that is not one of ours.
 */
export interface IncidentLiveService {
  /** Each incident once, when it is detected. */
  raised(context: RequestContext, after: string | null | undefined): IncidentStream;
  /** Every change of one: its status, its severity, its numbers. */
  updates(context: RequestContext, after: string | null | undefined): IncidentStream;
}

export function createIncidentLiveService(tail: EventTail): IncidentLiveService {
  const follow = (
    context: RequestContext,
    after: string | null | undefined,
    type: 'ops.incident_raised' | 'ops.incident_changed',
  ): IncidentStream => {
    const reach = requireReach(context, READ_INCIDENTS);
    const tenantId = reach === 'TENANT' ? context.tenant.id : undefined;
    const stream = tail.stream({ tenantId, types: [type], after: resumeFrom(after) });
    return mapStream(stream, ({ payload, position }) => {
      const { incidentId } = payload as OpsEvents[typeof type];
      return { cursor: encodePosition(position), incidentId };
    });
  };
  return {
    raised: (context, after) => follow(context, after, 'ops.incident_raised'),
    updates: (context, after) => follow(context, after, 'ops.incident_changed'),
  };
}
