import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { TenantId } from '../../tenancy/ids.js';
import { builder } from '../builder.js';
import { OpsSpineResponseRef } from '../incident/spine-response.graph.js';
import type { OpsEvent } from '../spine/incidents/ops-event.js';
import type { AdvisedIncident } from './measurement.service.js';

const OpsAuthEventRef = builder.objectRef<OpsEvent>('OpsAuthEvent').implement({
  description: 'Something that went wrong, as measured.',
  fields: (t) => ({
    eventId: t.string({
      description: 'The same for the same trouble in the same window.',
      resolve: (event) => event.event_id,
    }),
    incidentType: t.string({
      description: 'An `AuthIncidentType` or a registered type.',
      resolve: (event) => event.incident_type,
    }),
    severityGuess: t.int({
      description: '0 informational, 1 degraded, 2 serious, 3 critical.',
      resolve: (event) => event.severity_guess,
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When it was measured.',
      resolve: (event) => new Date(event.occurred_at),
    }),
    metricsSnapshot: t.field({
      type: 'JSON',
      description: 'Numbers by name.',
      resolve: (event) => event.metrics_snapshot,
    }),
    tenantId: t.id({
      nullable: true,
      description: 'Global id of the company it is about; null for the platform as a whole.',
      resolve: (event) => (event.tenant_id === undefined ? null : TenantId.encode(event.tenant_id)),
    }),
    provider: t.string({
      nullable: true,
      description: 'The identity provider concerned.',
      resolve: (event) => event.provider ?? null,
    }),
  }),
});

const AdvisedIncidentRef = builder.objectRef<AdvisedIncident>('AdvisedIncident').implement({
  description: 'An incident, and what to do about it.',
  fields: (t) => ({
    event: t.expose('event', { type: OpsAuthEventRef, description: 'What went wrong.' }),
    response: t.expose('response', { type: OpsSpineResponseRef, description: 'What to do.' }),
  }),
});

interface IncidentBatch {
  readonly incidents: readonly AdvisedIncident[];
}

const IncidentBatchRef = builder.objectRef<IncidentBatch>('IncidentBatch').implement({
  description: 'What a measurement amounts to.',
  fields: (t) => ({
    incidents: t.field({
      type: [AdvisedIncidentRef],
      description: 'The most severe first; empty when all is well.',
      resolve: ({ incidents }) => [...incidents],
    }),
  }),
});

builder.mutationField('deriveAuthIncidents', (t) =>
  t.field({
    type: IncidentBatchRef,
    nullable: true,
    requiresScopes: [['settings:update'], ['platform:incidents:manage']],
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Takes numbers that were measured elsewhere, raises the incidents they amount to, and says what to do.',
    args: {
      metrics: t.arg({
        type: 'JSON',
        description: 'Numbers by name, such as `{ "failed_logins_1h": 150 }`; names that no rule knows are ignored.',
      }),
      context: t.arg({
        type: 'JSON',
        required: false,
        description: 'Where and when: `tenantId`, `provider`, `occurredAtISO`, and `thresholds` in place of the defaults.',
      }),
    },
    resolve: async (_root, { metrics, context }, { request, services }) => ({
      incidents: await services.measurements.take(request, { metrics, context }),
    }),
  }),
);
