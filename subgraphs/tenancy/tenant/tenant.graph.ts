import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { featuresOf } from '../../_kernel/wire/plan-features.js';
import type { Permission } from '../../_kernel/wire/permissions.js';
import { isPlatformTenant, type Plan, type TenantStatus } from '../../_kernel/wire/tenant.js';
import { builder } from '../builder.js';
import { TenantId } from '../ids.js';
import { TenantSettingsRef } from '../settings/settings.graph.js';
import type { OwnerRow } from '../owner/owner.store.js';
import { restorableUntil } from './tenant-life.js';
import { planSchema } from './tenant.js';
import type { TenantRow } from './tenant.store.js';

/** Of what a company is, its own people who may see the settings know, and staff of the platform. */
const KNOWN_INSIDE: Permission[][] = [['settings:read'], ['platform:tenants:read']];
const STAFF_READS: Permission[][] = [['platform:tenants:read']];
const STAFF_CHANGES: Permission[][] = [['platform:tenants:manage']];

const TenantStatusEnum = builder.enumType('TenantStatus', {
  description: 'Whether a company can work with the platform.',
  values: {
    ACTIVE: { description: 'It works, in its trial or on its plan.' },
    SUSPENDED: { description: 'The platform has locked everybody of it out.' },
    CANCELLED: { description: 'It was deleted, and can be brought back for thirty days.' },
    TRIAL_EXPIRED: { description: 'Everything can be read, nothing changed until a plan is chosen.' },
  } satisfies Record<TenantStatus, { description: string }>,
});

export const PlanEnum = builder.enumType('Plan', {
  description: 'What a company has subscribed to.',
  values: {
    FREE: { description: 'Given by the platform: STARTER for nothing.' },
    STARTER: { description: 'For one or two people.' },
    PROFESSIONAL: { description: 'For a team.' },
    PERFORMANCE: { description: 'Given by the platform: an older PROFESSIONAL.' },
    ENTERPRISE: { description: 'Without limits, with an API and a brand of its own.' },
    PRO: { description: 'Another word for PROFESSIONAL in an input; never answered.' },
  } satisfies Record<Plan | 'PRO', { description: string }>,
});

const ProvisioningStatusEnum = builder.enumType('ProvisioningStatus', {
  description: 'Whether everything is there that a company starts with.',
  values: {
    PROVISIONING: { description: 'Its owner is being invited.' },
    READY: { description: 'Settings, features and the invitation of its owner are there.' },
  },
});

const TenantFeatureRef = builder.objectRef<{ readonly key: string; readonly enabled: boolean }>('TenantFeature').implement({
  description: 'Something a company can be allowed to use.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Such as `api_access`.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it may.' }),
  }),
});

const TenantOwnerRef = builder.objectRef<OwnerRow>('TenantOwner').implement({
  description: 'Somebody who answers for a company.',
  requiresScopes: STAFF_READS,
  fields: (t) => ({
    displayName: t.exposeString('displayName', { description: 'Name she goes by.' }),
    email: t.exposeString('email', { description: 'Where the platform writes to her.' }),
  }),
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
      requiresScopes: KNOWN_INSIDE,
      description: 'Whether it can work with the platform.',
    }),
    plan: t.expose('plan', {
      type: PlanEnum,
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'Its plan.',
    }),
    trialEndsAt: t.expose('trialEndsAt', {
      type: 'DateTime',
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'When its trial ends; null without one.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it joined the platform.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'When it was changed last.',
    }),
    provisioningStatus: t.field({
      type: ProvisioningStatusEnum,
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'Whether everything is there that it starts with.',
      resolve: ({ provisionedAt }) => (provisionedAt ? 'READY' : 'PROVISIONING'),
    }),
    features: t.field({
      type: [TenantFeatureRef],
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'Every feature, and whether its plan has it.',
      resolve: ({ plan }) => Object.entries(featuresOf(plan)).map(([key, enabled]) => ({ key, enabled })),
    }),
    suspendedAt: t.expose('suspendedAt', {
      type: 'DateTime',
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'Since when it is locked out; null when it is not.',
    }),
    suspensionReason: t.exposeString('suspensionReason', {
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'Why it is locked out; null when it is not.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'When it was deleted; null when it was not.',
    }),
    restorableUntil: t.field({
      type: 'DateTime',
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'Until when it can be brought back; null when it was not deleted.',
      resolve: (tenant) => restorableUntil(tenant),
    }),
    owners: t.field({
      type: [TenantOwnerRef],
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'Who answers for it.',
      resolve: async (tenant, _args, { request, services }) => [...(await services.owners.of(request, tenant.id))],
    }),
    settings: t.field({
      type: TenantSettingsRef,
      nullable: true,
      requiresScopes: KNOWN_INSIDE,
      description: 'What it has chosen for itself.',
      resolve: (tenant, _args, { request, services }) => services.settings.of(request, tenant.id),
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

const TenantOwnerInput = builder.inputType('TenantOwnerInput', {
  description: 'Who is to own a new company.',
  fields: (t) => ({
    email: t.string({ description: 'Where the invitation is sent.' }),
    displayName: t.string({ required: false, description: 'What she is called in it.' }),
  }),
});

const CreateTenantInput = builder.inputType('CreateTenantInput', {
  description: 'A new company.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    slug: t.string({
      description: 'Subdomain: 3 to 63 lower-case letters, digits and inner hyphens; not in third and fourth place, and no word of ours.',
    }),
    plan: t.field({ type: PlanEnum, description: 'Plan it starts with.' }),
    timeZone: t.string({ description: 'IANA zone, such as `America/New_York`.' }),
    currency: t.string({ description: 'ISO 4217 code, such as `USD`.' }),
    website: t.string({ required: false, description: 'Its own website.' }),
    description: t.string({ required: false, description: 'What it does.' }),
    owner: t.field({
      type: TenantOwnerInput,
      required: false,
      description: 'Invited by mail; without one somebody has to be made its owner otherwise.',
    }),
  }),
});

export const UpdateTenantInput = builder.inputType('UpdateTenantInput', {
  description: 'What is left out stays as it is; null clears what may be empty.',
  fields: (t) => ({
    name: t.string({ required: false, description: 'Name, 1 to 120 characters.' }),
    plan: t.field({ type: PlanEnum, required: false, description: 'Its plan; a trial goes on.' }),
    timeZone: t.string({ required: false, description: 'IANA zone.' }),
    currency: t.string({ required: false, description: 'ISO 4217 code.' }),
    website: t.string({ required: false, description: 'Its own website.' }),
    description: t.string({ required: false, description: 'What it does, up to 2000 characters.' }),
  }),
});

builder.queryFields((t) => ({
  currentTenant: t.field({
    type: TenantRef,
    nullable: true,
    tag: 'public',
    directives: { cacheControl: { maxAge: 15 } },
    description: 'The company whose address the request came to; null at the address of the platform itself.',
    resolve: (_root, _args, { request, services }) =>
      isPlatformTenant(request.tenant) ? null : services.tenants.find(request, request.tenant.id),
  }),
  tenant: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: STAFF_READS,
    description: 'A company by its id; null for an unknown one.',
    args: { id: t.arg.id({ description: 'Global id of the tenant.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = TenantId.decode(id);
      return uuid === null ? null : services.tenants.find(request, uuid);
    },
  }),
  tenantBySubdomain: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: STAFF_READS,
    description: 'A company by its subdomain; null for an unknown one.',
    args: { subdomain: t.arg.string({ description: 'Such as `acme`.' }) },
    resolve: (_root, { subdomain }, { request, services }) => services.tenants.findBySlug(request, subdomain),
  }),
  tenants: t.connection(
    {
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF_READS,
      description: 'Companies, oldest first.',
      args: {
        status: t.arg({ type: TenantStatusEnum, required: false, description: 'Only those that stand there.' }),
        plan: t.arg({ type: PlanEnum, required: false, description: 'Only those on this plan.' }),
        search: t.arg.string({ required: false, description: 'Only those with this in their name or subdomain.' }),
        deleted: t.arg.boolean({ required: false, description: 'The deleted ones, instead of the others.' }),
      },
      resolve: (_root, { status, plan, search, deleted, ...page }, { request, services }) =>
        services.tenants.list(request, page, {
          status: status ?? undefined,
          plan: plan ? planSchema.parse(plan) : undefined,
          search: search ?? undefined,
          deleted: deleted ?? undefined,
        }),
    },
    {
      name: 'TenantConnection',
      description: 'A page of companies.',
      fields: (t) => ({
        totalCount: t.int({
          nullable: true,
          description: 'How many there are on all pages.',
          resolve: (page) => page.total(),
        }),
      }),
    },
    { name: 'TenantEdge', description: 'A company in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createTenant: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: STAFF_CHANGES,
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Takes a company onto the platform. A paid plan begins with a trial of 14 days.',
    args: { input: t.arg({ type: CreateTenantInput, description: 'The company.' }) },
    resolve: (_root, { input }, { request, services }) => services.tenants.create(request, input),
  }),
  updateTenant: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: STAFF_CHANGES,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Changes what is named of any company.',
    args: {
      id: t.arg.id({ description: 'Global id of the tenant.' }),
      input: t.arg({ type: UpdateTenantInput, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, { request, services }) =>
      services.tenants.update(request, TenantId.require(id), input),
  }),
}));
