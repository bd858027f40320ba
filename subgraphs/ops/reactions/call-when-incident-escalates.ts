import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { OpsEvents } from '../events.js';
import type { IncidentRecorder } from '../incident/incident-recorder.js';
import { incidentRaised } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';

/** Owners are told again as long as nobody takes it on. */
export const callWhenIncidentEscalates = (notifier: Notifier, incidents: IncidentRecorder): Reaction =>
  reactTo<OpsEvents>()('ops.incident_escalated', 'callWhenIncidentEscalates', async (context, db, { payload, occurredAt }) => {
    const incident = await incidents.recorded(db, payload.incidentId);
    if (incident) await notifier.tellOwners(context, db, incidentRaised(incident), occurredAt);
  });
