import { builder } from '../builder.js';
import type { OpsSpineResponse } from '../spine/response/follow-playbook.js';
import { RecommendedFlagRef } from './recommended-flag.graph.js';

export const OpsSpineResponseRef = builder.objectRef<OpsSpineResponse>('OpsSpineResponse').implement({
  description: 'What to do about an event.',
  fields: (t) => ({
    decision: t.exposeString('decision', { description: 'What to achieve.' }),
    steps: t.stringList({ description: 'What to do, in this order.', resolve: ({ steps }) => [...steps] }),
    risks: t.stringList({
      description: 'What that may do to those who did nothing wrong.',
      resolve: ({ risks }) => [...risks],
    }),
    recommendedFlags: t.field({
      type: [RecommendedFlagRef],
      description: 'Flags to set.',
      resolve: (response) => [...response.recommended_flags],
    }),
    rollbackPlan: t.stringList({
      description: 'How to undo it: a line for each recommended flag in their order, then the rest.',
      resolve: (response) => [...response.rollback_plan],
    }),
    classification: t.exposeString('classification', { description: 'Whose matter it is.' }),
  }),
});

const OpsAuthEventInput = builder.inputType('OpsAuthEventInput', {
  description: 'Something that went wrong, as measured.',
  fields: (t) => ({
    eventId: t.string({ description: 'Id of the event, of any form.' }),
    incidentType: t.string({
      description: 'An `AuthIncidentType` or a registered type; any other gets the universal response.',
    }),
    severityGuess: t.int({ description: '0 informational, 1 degraded, 2 serious, 3 critical.' }),
    occurredAt: t.field({ type: 'DateTime', description: 'When.' }),
    metricsSnapshot: t.field({ type: 'JSON', description: 'Numbers by name, such as `{ "failed_logins_1h": 150 }`.' }),
    provider: t.string({ required: false, description: 'The identity provider concerned.' }),
  }),
});

builder.queryFields((t) => ({
  runAuthOpsSpine: t.field({
    type: OpsSpineResponseRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:incidents:read']],
    description: 'What to do about an event that you have observed. Changes nothing; equal events get equal answers.',
    args: { event: t.arg({ type: OpsAuthEventInput, description: 'The event.' }) },
    resolve: (_root, { event }, { request, services }) => services.spineResponse.run(request, event),
  }),
}));
