import { ForbiddenError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import type { ConfigValue } from './config.service.js';

const TenantConfigRef = builder.objectRef<ConfigValue>('TenantConfig').implement({
  description: 'One thing that is set for the programs that work for a company. Not for secrets: see integrations.',
  requiresScopes: [['settings:read'], ['settings:update'], ['platform:tenants:read'], ['platform:tenants:manage']],
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Lower-case words with dots between them.' }),
    value: t.field({ type: 'JSON', description: 'Whatever was set.', resolve: ({ value }) => value }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether the platform has set it, and the company has not.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was set.' }),
  }),
});

const TenantConfigsRef = builder.objectRef<{ readonly entries: readonly ConfigValue[] }>('TenantConfigs').implement({
  description: 'What was named, as it is now.',
  requiresScopes: [['settings:read'], ['settings:update'], ['platform:tenants:read'], ['platform:tenants:manage']],
  fields: (t) => ({
    entries: t.field({ type: [TenantConfigRef], description: 'By key; without what nobody has a word on.', resolve: ({ entries }) => [...entries] }),
  }),
});

builder.queryFields((t) => ({
  tenantConfig: t.field({
    type: TenantConfigRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['settings:update'], ['platform:tenants:read'], ['platform:tenants:manage']],
    description: 'What your company has set, or else the platform; null where neither has.',
    args: { key: t.arg.string({ description: 'Such as `booking.reminder.hours`.' }) },
    resolve: (_root, { key }, { request, services }) => services.config.find(request, key),
  }),
  tenantConfigs: t.field({
    type: [TenantConfigRef],
    nullable: true,
    requiresScopes: [['settings:read'], ['settings:update'], ['platform:tenants:read'], ['platform:tenants:manage']],
    description: 'All that your company and the platform have set, by key.',
    args: { prefix: t.arg.string({ required: false, description: 'Only what is below, such as `booking`.' }) },
    resolve: async (_root, { prefix }, { request, services }) => [...(await services.config.list(request, prefix ?? null))],
  }),
}));

builder.mutationFields((t) => ({
  updateTenantConfig: t.field({
    type: TenantConfigsRef,
    nullable: true,
    requiresScopes: [['settings:update'], ['platform:tenants:manage']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Sets what is named, and takes away what is null. Staff at the address of the platform sets what holds for everybody.',
    args: { patch: t.arg({ type: 'JSON', description: 'An object of at most 50 keys; each value up to 8,192 characters of JSON.' }) },
    resolve: async (_root, { patch }, { request, services }) => ({ entries: await services.config.update(request, patch) }),
  }),
}));
