import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import type { OpsEvents } from '../events.js';
import type { IncidentRecorder } from '../incident/incident-recorder.js';
import type { OpsJobs } from '../jobs.js';

/** Once for a cause, at however many companies it shows, and for what was muted once it is so no longer. */
export const tellAdminsWhenIncidentIsRaised = (
  queue: JobQueue<OpsJobs>,
  incidents: Pick<IncidentRecorder, 'recorded' | 'isFirstToCallFor'>,
): readonly Reaction[] => [
  reactTo<OpsEvents>()('ops.incident_raised', 'tellAdminsWhenIncidentIsRaised', async (context, db, { payload: { incidentId } }) => {
    const incident = await incidents.recorded(db, incidentId);
    if (!incident || !(await incidents.isFirstToCallFor(incident))) return;
    await queue.enqueue(db, context, 'ops.tell_admins', { incidentId }, { key: incidentId, priority: 'HIGH' });
  }),
  reactTo<OpsEvents>()('ops.incident_escalated', 'tellAdminsWhenIncidentIsMutedNoLonger', async (context, db, { payload: { incidentId, level } }) => {
    if (level === 0) await queue.enqueue(db, context, 'ops.tell_admins', { incidentId }, { key: incidentId, priority: 'HIGH' });
  }),
];
