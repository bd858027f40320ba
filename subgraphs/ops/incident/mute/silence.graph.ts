import { ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import { TenantId } from '../../../tenancy/ids.js';
import { actorIdIn, ActorKindEnum } from '../../actor.graph.js';
import { builder } from '../../builder.js';
import { uuidInFilter } from '../../id-in-filter.js';
import { IncidentSilenceId } from '../../ids.js';
import { tenantOf, TenantRef } from '../../tenant.graph.js';
import type { SilenceRow } from './silence.store.js';

const READ: ['settings:read' | 'platform:incidents:read'][] = [['settings:read'], ['platform:incidents:read']];
const MANAGE: ['settings:update' | 'platform:incidents:manage'][] = [['settings:update'], ['platform:incidents:manage']];

const IncidentSilenceRef = builder.objectRef<SilenceRow>('IncidentSilence').implement({
  description: 'A while in which nobody is called for incidents; they are detected and shown all the same.',
  requiresScopes: READ,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => IncidentSilenceId.encode(id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'Where; null for the platform itself.', resolve: tenantOf }),
    type: t.exposeString('type', { nullable: true, description: 'Incidents of this type; null for every type.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'Since when.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Until when.' }),
    createdById: t.id({
      nullable: true,
      description: 'Global id of who has begun it.',
      resolve: ({ createdBy, createdByKind }) => actorIdIn(createdByKind, createdBy),
    }),
    createdByKind: t.field({
      type: ActorKindEnum,
      description: 'Who has begun it.',
      resolve: ({ createdByKind }) => createdByKind as Principal['kind'],
    }),
  }),
});

const SilenceIncidentsInput = builder.inputType('SilenceIncidentsInput', {
  description: 'For what nobody is to be called, and how long.',
  fields: (t) => ({
    type: t.string({ required: false, description: 'Incidents of this type; of every type when left out.' }),
    minutes: t.int({ description: 'How long, 1 to 10080.' }),
    reason: t.string({ description: 'Why, 1 to 2000 characters.' }),
    tenantId: t.id({ required: false, description: 'Global id of the company; where you are when left out.' }),
  }),
});

builder.queryFields((t) => ({
  incidentSilences: t.connection(
    {
      type: IncidentSilenceRef,
      nullable: true,
      requiresScopes: READ,
      description: 'When nobody is called, those that end last first.',
      args: { active: t.arg.boolean({ required: false, description: 'Only those that have not ended.' }) },
      resolve: (_root, { active, ...page }, { request, services }) => services.silences.list(request, page, active ?? false),
    },
    { name: 'IncidentSilenceConnection', description: 'A page of silences.' },
    { name: 'IncidentSilenceEdge', description: 'A silence in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  silenceIncidents: t.field({
    type: IncidentSilenceRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'For a while, has nobody called for incidents.',
    args: { input: t.arg({ type: SilenceIncidentsInput, description: 'For which, and how long.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.silences.begin(request, {
        type: input.type ?? null,
        minutes: input.minutes,
        reason: input.reason,
        tenantId: uuidInFilter(input.tenantId, TenantId) ?? null,
      }),
  }),
  endIncidentSilence: t.field({
    type: IncidentSilenceRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Ends a silence before its time.',
    args: { id: t.arg.id({ description: 'Global id of the silence.' }) },
    resolve: (_root, { id }, { request, services }) => services.silences.end(request, IncidentSilenceId.require(id)),
  }),
}));
