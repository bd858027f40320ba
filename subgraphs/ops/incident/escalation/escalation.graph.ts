import { ForbiddenError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { isPlatformTenant } from '../../../_kernel/wire/tenant.js';
import { AdminUserId, UserId } from '../../../identity/ids.js';
import { builder } from '../../builder.js';
import { IncidentSeverityEnum } from '../incident.graph.js';
import type { EscalationPlan } from './escalation.js';

const READ: ['settings:read' | 'platform:incidents:read'][] = [['settings:read'], ['platform:incidents:read']];
const MANAGE: ['settings:update' | 'platform:incidents:manage'][] = [['settings:update'], ['platform:incidents:manage']];

/** People on call are members of the company, or of platform staff on the platform itself. */
const encodePerson = (uuid: string, atPlatform: boolean): string => (atPlatform ? AdminUserId : UserId).encode(uuid);
const decodePerson = (id: string): string => UserId.decode(id) ?? AdminUserId.decode(id) ?? id;

const EscalationPolicyRef = builder.objectRef<EscalationPlan>('EscalationPolicy').implement({
  description: 'Who is called for an incident that nobody takes on.',
  requiresScopes: READ,
  fields: (t) => ({
    leastSeverity: t.expose('leastSeverity', { type: IncidentSeverityEnum, description: 'For incidents at least as bad.' }),
    afterMinutes: t.intList({
      description: 'Minutes after the incident at which each level is called.',
      resolve: ({ afterMinutes }) => [...afterMinutes],
    }),
    onCallIds: t.idList({
      description: 'Global ids of those who take turns, in that order.',
      resolve: ({ onCall }, _args, { request }) => onCall.map((uuid) => encodePerson(uuid, isPlatformTenant(request.tenant))),
    }),
    rotationHours: t.exposeInt('rotationHours', { description: 'How long a turn is.' }),
    rotationStartsAt: t.expose('rotationStartsAt', { type: 'DateTime', description: 'When the first had or has hers.' }),
    onCallNowId: t.id({
      nullable: true,
      description: 'Global id of whose turn it is.',
      resolve: async (_plan, _args, { request, services }) => {
        const uuid = await services.escalations.onCallNow(request);
        return uuid && encodePerson(uuid, isPlatformTenant(request.tenant));
      },
    }),
  }),
});

const SetEscalationPolicyInput = builder.inputType('SetEscalationPolicyInput', {
  description: 'Who is called for an incident that nobody takes on.',
  fields: (t) => ({
    leastSeverity: t.field({ type: IncidentSeverityEnum, description: 'For incidents at least as bad.' }),
    afterMinutes: t.intList({ description: 'Minutes after the incident at which each level is called, rising; 1 to 10 levels.' }),
    onCallIds: t.idList({ description: 'Global ids of those who take turns, in that order.' }),
    rotationHours: t.int({ description: 'How long a turn is, 1 to 744.' }),
    rotationStartsAt: t.field({ type: 'DateTime', description: 'When the first has her turn.' }),
  }),
});

builder.queryFields((t) => ({
  escalationPolicy: t.field({
    type: EscalationPolicyRef,
    nullable: true,
    requiresScopes: READ,
    description: 'Who is called where you are; null where nobody has said.',
    resolve: (_root, _args, { request, services }) => services.escalations.plan(request),
  }),
}));

builder.mutationFields((t) => ({
  setEscalationPolicy: t.field({
    type: EscalationPolicyRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Says who is called where you are, for incidents from now on.',
    args: { input: t.arg({ type: SetEscalationPolicyInput, description: 'Who, and when.' }) },
    resolve: (_root, { input: { onCallIds, ...input } }, { request, services }) =>
      services.escalations.setPlan(request, { ...input, onCall: onCallIds.map((id) => decodePerson(String(id))) }),
  }),
}));
