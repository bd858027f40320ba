import { ConflictError, ForbiddenError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { isPlatformTenant, PLANS, TENANT_STATUSES } from '../../_kernel/wire/tenant.js';
import { builder } from '../builder.js';
import { TenantId } from '../ids.js';
import { TenantSettingsRef } from '../settings/settings.graph.js';
import type { TenantRow } from './tenant.store.js';

const TenantStatusEnum = builder.enumType('TenantStatus', {
  description: 'Whether a company can work with the platform.',
  values: TENANT_STATUSES,
});

const PlanEnum = builder.enumType('Plan', {
  description: 'What a company has subscribed to.',
  values: PLANS,
});

export const TenantRef = builder.objectRef<TenantRow>('Tenant').implement({
  description: 'A company that runs on the platform.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (tenant) => TenantId.encode(tenant.id) }),
    name: t.exposeString('name', { description: 'Name of the company.' }),
    slug: t.exposeString('slug', { description: 'Its subdomain.' }),
    timeZone: t.exposeString('timeZone', { description: 'IANA zone of its opening hours and business days.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code of its prices.' }),
    website: t.exposeString('website', { nullable: true, description: 'Its own website.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it does.' }),
    status: t.expose('status', {
      type: TenantStatusEnum,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:tenants:read']],
      description: 'Whether it can work with the platform.',
    }),
    plan: t.expose('plan', {
      type: PlanEnum,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:tenants:read']],
      description: 'Its plan.',
    }),
    trialEndsAt: t.expose('trialEndsAt', {
      type: 'DateTime',
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:tenants:read']],
      description: 'When its trial ends; null without one.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it joined the platform.' }),
    settings: t.field({
      type: TenantSettingsRef,
      nullable: true,
      requiresScopes: [['settings:read']],
      description: 'What it has chosen for itself; of your own tenant only.',
      resolve: (tenant, _args, { request, services }) =>
        tenant.id === request.tenant.id ? services.settings.current(request) : null,
    }),
  }),
});

builder.asEntity(TenantRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = TenantId.decode(id);
    return uuid === null ? null : services.tenants.find(request, uuid);
  },
});

const CreateTenantInput = builder.inputType('CreateTenantInput', {
  description: 'A new company.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    slug: t.string({ description: 'Subdomain: 3 to 63 lower-case letters, digits and inner hyphens.' }),
    plan: t.field({ type: PlanEnum, description: 'Plan it starts with.' }),
    timeZone: t.string({ description: 'IANA zone, such as `America/New_York`.' }),
    currency: t.string({ description: 'ISO 4217 code, such as `USD`.' }),
    website: t.string({ required: false, description: 'Its own website.' }),
    description: t.string({ required: false, description: 'What it does.' }),
  }),
});

builder.queryFields((t) => ({
  currentTenant: t.field({
    type: TenantRef,
    nullable: true,
    tag: 'public',
    description: 'The company whose address the request came to; null at the address of the platform itself.',
    resolve: (_root, _args, { request, services }) =>
      isPlatformTenant(request.tenant) ? null : services.tenants.find(request, request.tenant.id),
  }),
  tenant: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: [['platform:tenants:read']],
    description: 'A company by its id; null for an unknown one.',
    args: { id: t.arg.id({ description: 'Global id of the tenant.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = TenantId.decode(id);
      return uuid === null ? null : services.tenants.find(request, uuid);
    },
  }),
  tenants: t.connection(
    {
      type: TenantRef,
      nullable: true,
      requiresScopes: [['platform:tenants:read']],
      description: 'All companies, oldest first.',
      resolve: (_root, args, { request, services }) => services.tenants.list(request, args),
    },
    { name: 'TenantConnection', description: 'A page of companies.' },
    { name: 'TenantEdge', description: 'A company in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createTenant: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: [['platform:tenants:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Takes a company onto the platform. A paid plan begins with a trial of 14 days.',
    args: { input: t.arg({ type: CreateTenantInput, description: 'The company.' }) },
    resolve: (_root, { input }, { request, services }) => services.tenants.create(request, input),
  }),
}));
