import type { Principal } from '../../_kernel/wire/principal.js';
import {
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { TenantId } from '../../tenancy/ids.js';
import { actorIdIn, ActorKindEnum } from '../actor.graph.js';
import { builder } from '../builder.js';
import { uuidInFilter } from '../id-in-filter.js';
import { IncidentId } from '../ids.js';
import type { AUTH_INCIDENT_TYPES } from '../spine/incidents/auth-incident-rules.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import { authTypeOf, type INCIDENT_SEVERITIES, type INCIDENT_STATUSES } from './incident.js';
import type { IncidentChangeRow, IncidentRow } from './incident.store.js';
import { RecommendedFlagRef, type RecommendedFlag } from './recommended-flag.graph.js';

const AuthIncidentTypeEnum = builder.enumType('AuthIncidentType', {
  description: 'What can go wrong with signing in.',
  values: {
    FAILED_LOGINS_SPIKE: { description: 'Many refused sign-ins.' },
    PASSWORD_RESET_FAILURES: { description: 'Many passwords that could not be reset.' },
    OAUTH_CALLBACK_ERRORS: { description: 'Many failed returns from identity providers.' },
    JWT_VALIDATION_ERRORS: { description: 'Many access tokens that do not hold.' },
    SESSION_ANOMALIES: { description: 'Sessions that behave oddly.' },
    TENANT_LEAK_RISK: { description: "Somebody tries one company's proof at another." },
    SUSPICIOUS_ADMIN_LOGIN: { description: 'Suspicious sign-ins of platform staff.' },
    EMAIL_VERIFICATION_FAILURES: { description: 'Many e-mail addresses that could not be verified.' },
  } satisfies Record<(typeof AUTH_INCIDENT_TYPES)[number], { description: string }>,
});

export const IncidentSeverityEnum = builder.enumType('IncidentSeverity', {
  description: 'How bad it is.',
  values: {
    LOW: { description: 'To be looked at some time.' },
    MEDIUM: { description: 'Something works worse than it should.' },
    HIGH: { description: 'Serious: people are hindered or attacked.' },
    CRITICAL: { description: 'At once.' },
  } satisfies Record<(typeof INCIDENT_SEVERITIES)[number], { description: string }>,
});

const IncidentStatusEnum = builder.enumType('IncidentStatus', {
  description: 'How far people have come with it.',
  values: {
    OPEN: { description: 'Nobody has taken it on.' },
    ACKNOWLEDGED: { description: 'Somebody is on it.' },
    MITIGATED: { description: 'It does no more harm.' },
    RESOLVED: { description: 'It is over.' },
    POSTMORTEM: { description: 'It is over, and what was learned is written down.' },
  } satisfies Record<(typeof INCIDENT_STATUSES)[number], { description: string }>,
});

const IncidentTimelineLineRef = builder.objectRef<IncidentChangeRow>('IncidentTimelineLine').implement({
  description: 'One line of the story of an incident.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    status: t.expose('status', { type: IncidentStatusEnum, description: 'What the incident was from then on.' }),
    severity: t.expose('severity', { type: IncidentSeverityEnum, description: 'How bad it was from then on.' }),
    note: t.exposeString('note', { nullable: true, description: 'What was said about it.' }),
    actorId: t.id({
      nullable: true,
      description: 'Global id of the user, service account or administrator behind it; null for the platform itself.',
      resolve: (line) => actorIdIn(line.actorKind, line.actorId),
    }),
    actorKind: t.field({
      type: ActorKindEnum,
      description: 'Who was behind it.',
      resolve: (line) => line.actorKind as Principal['kind'],
    }),
  }),
});

export const IncidentRef = builder.objectRef<IncidentRow>('Incident');

IncidentRef.implement({
  description: 'Something that is or was wrong, and what to do about it.',
  requiresScopes: [['settings:read'], ['platform:incidents:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (incident) => IncidentId.encode(incident.id) }),
    type: t.exposeString('type', {
      description: 'What is wrong: an `AuthIncidentType` or a registered type, such as `PAYMENT_FAILURES_SPIKE`.',
    }),
    authType: t.field({
      type: AuthIncidentTypeEnum,
      nullable: true,
      description: 'The same, where it is about signing in; null for a registered type.',
      resolve: (incident) => authTypeOf(incident.type),
    }),
    severity: t.expose('severity', { type: IncidentSeverityEnum, description: 'How bad it has become at worst.' }),
    status: t.expose('status', { type: IncidentStatusEnum, description: 'How far people have come with it.' }),
    tenant: t.field({
      type: TenantRef,
      nullable: true,
      description: 'The company it is about; null for the platform itself.',
      resolve: tenantOf,
    }),
    title: t.exposeString('title', { description: 'What is wrong, in one line.' }),
    decision: t.exposeString('decision', { description: 'What to achieve.' }),
    steps: t.exposeStringList('steps', { description: 'What to do, in this order.' }),
    risks: t.exposeStringList('risks', { description: 'What that may do to those who did nothing wrong.' }),
    recommendedFlags: t.field({
      type: [RecommendedFlagRef],
      description: 'Flags to set.',
      resolve: (incident) => incident.recommendedFlags as unknown as RecommendedFlag[],
    }),
    rollbackPlan: t.exposeStringList('rollbackPlan', {
      description: 'How to undo it: a line for each recommended flag in their order, then the rest.',
    }),
    classification: t.exposeString('classification', {
      description: 'Whose matter it is: `AUTH_OPS`, `SECURITY`, `TENANCY`, `BILLING` or `QUALITY`.',
    }),
    metrics: t.field({
      type: 'JSON',
      description: 'Every number that was measured, under the name it was measured by.',
      resolve: (incident) => incident.metrics,
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was detected.' }),
    acknowledgedAt: t.expose('acknowledgedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When somebody took it on.',
    }),
    mitigatedAt: t.expose('mitigatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stopped doing harm.',
    }),
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: 'When it was over.' }),
    postmortem: t.exposeString('postmortem', { nullable: true, description: 'What was learned from it.' }),
    mutedBy: t.exposeString('mutedBy', {
      nullable: true,
      description: 'Why nobody is called for it: `SILENCE`, or `INHIBITION` by a graver one; null when somebody is.',
    }),
    escalationLevel: t.exposeInt('escalationLevel', { description: 'How many levels have been called for it.' }),
    nextEscalationAt: t.expose('nextEscalationAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next one is, unless somebody takes it on.',
    }),
    related: t.field({
      type: [IncidentRef],
      description: 'Others of the same cause, newest first, as far as you may see them.',
      resolve: async (incident, _args, { request, services }) => [...(await services.incidents.relatedTo(request, incident))],
    }),
    timeline: t.field({
      type: [IncidentTimelineLineRef],
      description: 'Its story, oldest line first.',
      resolve: async ({ id }, _args, { request, services }) => [...(await services.incidents.timelineOf(request, id))],
    }),
  }),
});

builder.asEntity(IncidentRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = IncidentId.decode(id);
    return uuid === null ? null : services.incidents.find(request, uuid);
  },
});

const IncidentFilterInput = builder.inputType('IncidentFilter', {
  description: 'Which incidents; everything that is left out lets all through.',
  fields: (t) => ({
    types: t.stringList({ required: false, description: 'Of one of these types.' }),
    statuses: t.field({ type: [IncidentStatusEnum], required: false, description: 'In one of these states.' }),
    severities: t.field({ type: [IncidentSeverityEnum], required: false, description: 'As bad as one of these.' }),
    tenantId: t.id({ required: false, description: 'Of this company.' }),
  }),
});

builder.queryFields((t) => ({
  incidents: t.connection(
    {
      type: IncidentRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:incidents:read']],
      description: "Incidents, newest first: your company's, and for platform staff every company's.",
      args: {
        filter: t.arg({ type: IncidentFilterInput, required: false, description: 'Which; all when left out.' }),
      },
      resolve: (_root, { filter, ...page }, { request, services }) =>
        services.incidents.list(request, page, {
          types: filter?.types ?? undefined,
          statuses: filter?.statuses ?? undefined,
          severities: filter?.severities ?? undefined,
          tenantId: uuidInFilter(filter?.tenantId, TenantId),
        }),
    },
    { name: 'IncidentConnection', description: 'A page of incidents.' },
    { name: 'IncidentEdge', description: 'An incident in a page.' },
  ),
  incident: t.field({
    type: IncidentRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:incidents:read']],
    description: 'An incident by its id; null for an unknown one.',
    args: { id: t.arg.id({ description: 'Global id of the incident.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = IncidentId.decode(id);
      return uuid === null ? null : services.incidents.find(request, uuid);
    },
  }),
}));

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the incident.' });
  const note = t.arg.string({ description: 'What was done about it, 1 to 2000 characters.' });
  return {
    acknowledgeIncident: t.field({
      type: IncidentRef,
      nullable: true,
      requiresScopes: [['settings:update'], ['platform:incidents:manage']],
      errors: { types: [NotFoundError, ForbiddenError, InvalidTransitionError] },
      description: 'Says that you are on it.',
      args: { id },
      resolve: (_root, args, { request, services }) =>
        services.incidents.acknowledge(request, IncidentId.require(args.id)),
    }),
    mitigateIncident: t.field({
      type: IncidentRef,
      nullable: true,
      requiresScopes: [['settings:update'], ['platform:incidents:manage']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError] },
      description: 'Says that it does no more harm, though its cause may remain.',
      args: { id, note },
      resolve: (_root, args, { request, services }) =>
        services.incidents.mitigate(request, IncidentId.require(args.id), args.note),
    }),
    resolveIncident: t.field({
      type: IncidentRef,
      nullable: true,
      requiresScopes: [['settings:update'], ['platform:incidents:manage']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError] },
      description:
        'Says that it is over. Should it go on, it is raised again only after the numbers have been calm for a while.',
      args: { id, note },
      resolve: (_root, args, { request, services }) =>
        services.incidents.resolve(request, IncidentId.require(args.id), args.note),
    }),
    writeIncidentPostmortem: t.field({
      type: IncidentRef,
      nullable: true,
      requiresScopes: [['settings:update'], ['platform:incidents:manage']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError] },
      description: 'Keeps what was learned from an incident that is over.',
      args: { id, text: t.arg.string({ description: 'What was learned, 1 to 20000 characters.' }) },
      resolve: (_root, args, { request, services }) =>
        services.incidents.learn(request, IncidentId.require(args.id), args.text),
    }),
  };
});
