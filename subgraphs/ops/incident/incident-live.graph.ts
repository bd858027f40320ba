import { builder } from '../builder.js';
import type { IncidentUpdate } from './incident-live.service.js';
import { IncidentRef } from './incident.graph.js';

const IncidentUpdateRef = builder.objectRef<IncidentUpdate>('IncidentUpdate').implement({
  description: 'An incident that was raised or has changed.',
  requiresScopes: [['settings:read'], ['platform:incidents:read']],
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this update.' }),
    incident: t.field({
      type: IncidentRef,
      nullable: true,
      description: 'The incident as it stands now.',
      resolve: ({ incidentId }, _args, { request, services }) => services.incidents.find(request, incidentId),
    }),
  }),
});

builder.subscriptionFields((t) => {
  const after = t.arg.string({ required: false, description: 'Cursor of the last update you have seen.' });
  return {
    incidentRaised: t.field({
      type: IncidentUpdateRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:incidents:read']],
      description: "Each incident when it is detected: your company's, and for platform staff every company's.",
      args: { after },
      subscribe: (_root, args, { request, services }) => services.incidentLive.raised(request, args.after),
      resolve: (update) => update,
    }),
    incidentUpdated: t.field({
      type: IncidentUpdateRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:incidents:read']],
      description: 'Incidents as their status, severity or numbers change; the same reach as `incidentRaised`.',
      args: { after },
      subscribe: (_root, args, { request, services }) => services.incidentLive.updates(request, args.after),
      resolve: (update) => update,
    }),
  };
});
