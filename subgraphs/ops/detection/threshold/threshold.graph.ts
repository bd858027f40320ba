import { ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { TenantId } from '../../../tenancy/ids.js';
import { builder } from '../../builder.js';
import { uuidInFilter } from '../../id-in-filter.js';
import type { AlertThreshold } from './threshold.js';

const READ: ['settings:read' | 'platform:incidents:read'][] = [['settings:read'], ['platform:incidents:read']];
const MANAGE: ['settings:update' | 'platform:incidents:manage'][] = [['settings:update'], ['platform:incidents:manage']];

const AlertThresholdRef = builder.objectRef<AlertThreshold>('AlertThreshold').implement({
  description: 'How much of something is an incident.',
  requiresScopes: READ,
  fields: (t) => ({
    incidentType: t.exposeString('incidentType', { description: 'The incident that is raised, such as `FAILED_LOGINS_SPIKE`.' }),
    metric: t.exposeString('metric', { description: 'What is counted, and over how long, such as `failed_logins_5m`.' }),
    value: t.exposeFloat('value', { description: 'From how many on; of a rate, above what.' }),
    shipped: t.exposeFloat('shipped', { description: 'What holds where nobody has said otherwise.' }),
    isOwn: t.exposeBoolean('isOwn', {
      description: 'Whether it was set for this metric itself. One that is raised for a short window holds for the longer ones, too.',
    }),
  }),
});

const SetAlertThresholdInput = builder.inputType('SetAlertThresholdInput', {
  description: 'How much of something is to be an incident.',
  fields: (t) => ({
    metric: t.string({ description: 'What is counted, and over how long, such as `failed_logins_5m`.' }),
    value: t.float({ required: false, description: 'Above 0; what is shipped when left out.' }),
    tenantId: t.id({ required: false, description: 'Global id of the company; where you are when left out.' }),
  }),
});

builder.queryFields((t) => ({
  alertThresholds: t.field({
    type: [AlertThresholdRef],
    nullable: true,
    requiresScopes: READ,
    description: 'How much of what is an incident: every threshold that can be set, as it holds.',
    args: { tenantId: t.arg.id({ required: false, description: 'Global id of the company; where you are when left out.' }) },
    resolve: async (_root, { tenantId }, { request, services }) => {
      const thresholds = await services.thresholds.list(request, uuidInFilter(tenantId, TenantId) ?? null);
      return thresholds && [...thresholds];
    },
  }),
}));

builder.mutationFields((t) => ({
  setAlertThreshold: t.field({
    type: AlertThresholdRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Says how much of something is an incident, from now on and of what was counted already.',
    args: { input: t.arg({ type: SetAlertThresholdInput, description: 'Of what, and how much.' }) },
    resolve: (_root, { input: { metric, value, tenantId } }, { request, services }) =>
      services.thresholds.set(request, { metric, value: value ?? null, tenantId: uuidInFilter(tenantId, TenantId) ?? null }),
  }),
}));
