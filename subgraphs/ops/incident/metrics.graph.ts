import { builder } from '../builder.js';
import type { IncidentFigures } from './metrics.store.js';

export const IncidentMetricsRef = builder.objectRef<IncidentFigures>('IncidentMetrics').implement({
  description: 'How incidents were dealt with.',
  fields: (t) => ({
    raised: t.exposeInt('raised', { description: 'How many were detected.' }),
    open: t.exposeInt('open', { description: 'How many of them still go on.' }),
    acknowledged: t.exposeInt('acknowledged', { description: 'How many of them somebody took on.' }),
    resolved: t.exposeInt('resolved', { description: 'How many of them are over.' }),
    mttaSeconds: t.exposeFloat('meanSecondsToAcknowledge', {
      nullable: true,
      description: 'Mean seconds from detection until somebody took one on; null without any.',
    }),
    mttrSeconds: t.exposeFloat('meanSecondsToResolve', {
      nullable: true,
      description: 'Mean seconds from detection until one was over; null without any.',
    }),
  }),
});

const DAY_MS = 86_400_000;

builder.queryFields((t) => ({
  incidentMetrics: t.field({
    type: IncidentMetricsRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:incidents:read']],
    description: "How the incidents of a while were dealt with: your company's, and for platform staff every company's.",
    args: {
      since: t.arg({ type: 'DateTime', required: false, description: 'Detected from then on; 30 days ago when left out.' }),
      until: t.arg({ type: 'DateTime', required: false, description: 'Detected before; now when left out.' }),
    },
    resolve: (_root, { since, until }, { request, services }) => {
      const end = until ?? request.clock.now();
      return services.incidentMetrics.figures(request, since ?? new Date(end.getTime() - 30 * DAY_MS), end);
    },
  }),
}));
