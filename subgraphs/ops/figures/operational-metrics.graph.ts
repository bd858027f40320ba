import { TenantId } from '../../tenancy/ids.js';
import { builder } from '../builder.js';
import { IncidentMetricsRef } from '../incident/metrics.graph.js';
import type { OperationalFigures } from './operational-metrics.service.js';

const sumOf = ({ requests: { answered, refused, failed } }: OperationalFigures): number => answered + refused + failed;

const OperationalMetricsRef = builder.objectRef<OperationalFigures>('OperationalMetrics').implement({
  description: 'How a while went: what was asked, what failed, and what was amiss.',
  fields: (t) => ({
    since: t.expose('since', { type: 'DateTime', description: 'Beginning of the first full hour that is counted.' }),
    until: t.expose('until', { type: 'DateTime', description: 'End of the last.' }),
    requests: t.int({ description: 'Operations that were asked; a subscription counts once.', resolve: sumOf }),
    answered: t.int({ description: 'Answered in whole.', resolve: ({ requests }) => requests.answered }),
    refused: t.int({
      description: 'Turned down, in whole or in part, for a reason that lies with whoever asked: too often, not allowed, not valid.',
      resolve: ({ requests }) => requests.refused,
    }),
    errors: t.int({ description: 'Failed on our side, in whole or in part.', resolve: ({ requests }) => requests.failed }),
    errorRate: t.float({
      nullable: true,
      description: 'Share of what was asked that failed, from 0 to 1; null when nothing was asked.',
      resolve: (figures) => (sumOf(figures) === 0 ? null : figures.requests.failed / sumOf(figures)),
    }),
    incidents: t.expose('incidents', { type: IncidentMetricsRef, description: 'Incidents detected in that while.' }),
    errorKinds: t.int({
      nullable: true,
      requiresScopes: [['platform:metrics:read']],
      description: 'Errors that differ from one another met with in that while, in clients and subgraphs, over the whole platform.',
      resolve: (figures, _args, { request, services }) => services.operationalMetrics.errorKinds(request, figures),
    }),
  }),
});

builder.queryFields((t) => ({
  operationalMetrics: t.field({
    type: OperationalMetricsRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:metrics:read']],
    description:
      "Requests, errors and incidents of a while of at most 90 days: your company's, and for platform staff every company's or that of one.",
    args: {
      since: t.arg({ type: 'DateTime', required: false, description: 'From the hour on in which that lies; a day before `until` when left out.' }),
      until: t.arg({ type: 'DateTime', required: false, description: 'To the end of the hour in which that lies; now when left out.' }),
      tenantId: t.arg.id({ required: false, description: 'Global id of a company, for platform staff.' }),
    },
    resolve: (_root, { since, until, tenantId }, { request, services }) => {
      const id = tenantId == null ? null : TenantId.decode(tenantId);
      if (tenantId != null && id === null) return null;
      return services.operationalMetrics.figures(request, id, { since: since ?? null, until: until ?? null });
    },
  }),
}));
