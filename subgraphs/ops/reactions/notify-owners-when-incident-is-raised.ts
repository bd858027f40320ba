import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { OpsEvents } from '../events.js';
import { incidentRaised } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';
import type { IncidentRecorder } from '../incident/incident-recorder.js';

export const notifyOwnersWhenIncidentIsRaised = (notifier: Notifier, incidents: IncidentRecorder): Reaction =>
  reactTo<OpsEvents>()(
    'ops.incident_raised',
    'notifyOwnersWhenIncidentIsRaised',
    async (context, db, { payload, occurredAt }) => {
      const incident = await incidents.recorded(db, payload.incidentId);
      if (incident && incident.mutedBy === null) await notifier.tellOwners(context, db, incidentRaised(incident), occurredAt);
    },
  );
