import { isPlatformTenant } from '../../../_kernel/wire/tenant.js';
import { AdminUserId, UserId } from '../../../identity/ids.js';
import { builder } from '../../builder.js';
import { IncidentId } from '../../ids.js';
import { IncidentRef } from '../incident.graph.js';
import type { Contribution } from './ranking.js';
import type { TriagedIncident } from './triage.service.js';

const READ: ['settings:read' | 'platform:incidents:read'][] = [['settings:read'], ['platform:incidents:read']];

const RankedByEnum = builder.enumType('IncidentRanking', {
  description: 'By what incidents are ranked.',
  values: {
    MODEL: { description: 'By what was learned from earlier ones.' },
    SEVERITY: { description: 'By how bad each is: the model does no better, or is switched off.' },
  } satisfies Record<TriagedIncident['rankedBy'], { description: string }>,
});

const ContributionRef = builder.objectRef<Contribution>('TriageContribution').implement({
  description: 'A part of a score.',
  fields: (t) => ({
    feature: t.exposeString('feature', { description: 'What of the incident: `severity`, `volume`, `acceleration` and so on.' }),
    amount: t.exposeFloat('amount', { description: 'What it adds.' }),
  }),
});

const TriagedIncidentRef = builder.objectRef<TriagedIncident>('TriagedIncident').implement({
  description: 'An incident in its rank, with the reason for it.',
  fields: (t) => ({
    incident: t.field({ type: IncidentRef, description: 'The incident.', resolve: ({ incident }) => incident }),
    score: t.exposeFloat('score', { description: 'What it is ranked by: the sum of its contributions.' }),
    rankedBy: t.expose('rankedBy', { type: RankedByEnum, description: 'How the score was made.' }),
    contributions: t.field({
      type: [ContributionRef],
      description: 'What the score is made of, the largest part first.',
      resolve: ({ contributions }) => [...contributions],
    }),
    suggestedAssigneeId: t.id({
      nullable: true,
      description: 'Global id of whoever is on call where you are; null where nobody is named.',
      resolve: async (_triaged, _args, { request, services }) => {
        const uuid = await services.escalations.onCallNow(request);
        return uuid && (isPlatformTenant(request.tenant) ? AdminUserId : UserId).encode(uuid);
      },
    }),
  }),
});

builder.queryFields((t) => ({
  rankedIncidents: t.field({
    type: [TriagedIncidentRef],
    nullable: true,
    requiresScopes: READ,
    description: "What goes on, what matters most first: your company's, and for platform staff every company's.",
    args: { first: t.arg.int({ required: false, description: 'How many at most, 1 to 100; 20 when left out.' }) },
    resolve: async (_root, { first }, { request, services }) => [...(await services.triage.ranked(request, first ?? 20))],
  }),
  triage: t.field({
    type: TriagedIncidentRef,
    nullable: true,
    requiresScopes: READ,
    description: 'Why an incident stands where it stands; null for an unknown one and one that is over.',
    args: { incidentId: t.arg.id({ description: 'Global id of the incident.' }) },
    resolve: (_root, { incidentId }, { request, services }) => {
      const uuid = IncidentId.decode(incidentId);
      return uuid === null ? null : services.triage.of(request, uuid);
    },
  }),
}));
