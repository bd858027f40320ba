import {
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  StepUpRequiredError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import type { Permission } from '../../_kernel/wire/permissions.js';
import { builder } from '../builder.js';
import { TenantId } from '../ids.js';
import type { NamedTenant, TenantOutcome } from './bulk-tenants.service.js';
import type { TenantExport } from './tenant-export.service.js';
import { PlanEnum, TenantRef, UpdateTenantInput } from './tenant.graph.js';

const STAFF: Permission[][] = [['platform:tenants:manage']];
const STEP_FAILURES = [NotFoundError, InvalidTransitionError, ForbiddenError, StepUpRequiredError];

const TenantFailureRef = builder.objectRef<Extract<TenantOutcome, { ok: false }>>('TenantFailure').implement({
  description: 'Why one of several companies was not changed.',
  fields: (t) => ({
    id: t.id({ description: 'The id, as it was given.', resolve: ({ given }) => given }),
    error: t.errorUnionField({
      types: [ValidationError, NotFoundError, InvalidTransitionError, ForbiddenError],
      union: { name: 'TenantFailureReason', description: 'What can be in the way of a change to one of several companies.' },
      description: 'What is in the way.',
      resolve: ({ error }) => error,
    }),
  }),
});

const BulkTenantChangeRef = builder.objectRef<readonly TenantOutcome[]>('BulkTenantChange').implement({
  description: 'What became of several companies, each for itself.',
  fields: (t) => ({
    changed: t.field({
      type: [TenantRef],
      description: 'Those that were changed, in the order asked for.',
      resolve: (outcomes) => outcomes.flatMap((outcome) => (outcome.ok ? [outcome.tenant] : [])),
    }),
    failed: t.field({
      type: [TenantFailureRef],
      description: 'Those that were not, in the order asked for.',
      resolve: (outcomes) => outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome])),
    }),
  }),
});

const TenantExportRef = builder.objectRef<TenantExport>('TenantExport').implement({
  description: 'What the platform knows of a company itself, to take along.',
  fields: (t) => ({
    exportedAt: t.expose('exportedAt', { type: 'DateTime', description: 'When it was so.' }),
    data: t.expose('data', { type: 'JSON', description: 'Profile, features, settings and how it was set up.' }),
  }),
});

const named = (ids: readonly string[]): readonly NamedTenant[] =>
  ids.map((given) => ({ given, id: TenantId.decode(given) }));

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the tenant.' });
  const ids = t.arg.idList({ description: 'Global ids of the tenants; 1 to 100.' });
  const reason = t.arg.string({ description: 'Why, as its owners are told it; 1 to 1000 characters.' });
  return {
    suspendTenant: t.field({
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: [...STEP_FAILURES, ValidationError] },
      description: 'Locks everybody of a company out, at once, and tells its owners why.',
      args: { id, reason },
      resolve: (_root, given, { request, services }) =>
        services.life.suspend(request, TenantId.require(given.id), given.reason),
    }),
    reactivateTenant: t.field({
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: STEP_FAILURES },
      description: 'Lets everybody of a suspended company in again.',
      args: { id },
      resolve: (_root, given, { request, services }) => services.life.reactivate(request, TenantId.require(given.id)),
    }),
    deleteTenant: t.field({
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: STEP_FAILURES },
      description: 'Takes a company off the platform. Everything it has is kept; for thirty days it can be brought back.',
      args: { id },
      resolve: (_root, given, { request, services }) => services.life.remove(request, TenantId.require(given.id)),
    }),
    restoreTenant: t.field({
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: STEP_FAILURES },
      description: 'Brings a deleted company back, as it was; one that was suspended comes back suspended.',
      args: { id },
      resolve: (_root, given, { request, services }) => services.life.restore(request, TenantId.require(given.id)),
    }),
    extendTrial: t.field({
      type: TenantRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: [...STEP_FAILURES, ValidationError] },
      description: 'Lets the trial of a company go on, or begin again.',
      args: { id, until: t.arg({ type: 'DateTime', description: 'When it ends then; at most a year ahead.' }) },
      resolve: (_root, given, { request, services }) =>
        services.life.extendTrial(request, TenantId.require(given.id), given.until),
    }),
    choosePlan: t.field({
      type: TenantRef,
      nullable: true,
      tag: 'while-read-only',
      requiresScopes: [['billing:update']],
      errors: { types: [ValidationError, NotFoundError, InvalidTransitionError, ForbiddenError] },
      description: "Chooses your company's plan, which ends its trial; one whose trial was over works again.",
      args: { plan: t.arg({ type: PlanEnum, description: 'STARTER, PROFESSIONAL or ENTERPRISE.' }) },
      resolve: (_root, { plan }, { request, services }) => services.life.choosePlan(request, plan),
    }),
    exportTenant: t.field({
      type: TenantExportRef,
      nullable: true,
      tag: 'while-read-only',
      requiresScopes: [['settings:update'], ['platform:tenants:manage']],
      errors: { types: [NotFoundError, ForbiddenError, StepUpRequiredError] },
      description: 'What the platform knows of a company itself, to take along.',
      args: { id: t.arg.id({ required: false, description: 'Global id of the tenant; your own when left out.' }) },
      resolve: (_root, given, { request, services }) =>
        services.exports.export(request, given.id == null ? null : TenantId.require(given.id)),
    }),
    bulkUpdateTenants: t.field({
      type: BulkTenantChangeRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: [ValidationError, ForbiddenError, StepUpRequiredError] },
      description: 'The same change to several companies, each for itself: one that fails keeps no other back.',
      args: { ids, input: t.arg({ type: UpdateTenantInput, description: 'The changes.' }) },
      resolve: (_root, given, { request, services }) => services.bulk.update(request, named(given.ids), given.input),
    }),
    bulkSuspendTenants: t.field({
      type: BulkTenantChangeRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: [ValidationError, ForbiddenError, StepUpRequiredError] },
      description: 'Suspends several companies, each for itself.',
      args: { ids, reason },
      resolve: (_root, given, { request, services }) => services.bulk.suspend(request, named(given.ids), given.reason),
    }),
    bulkReactivateTenants: t.field({
      type: BulkTenantChangeRef,
      nullable: true,
      requiresScopes: STAFF,
      errors: { types: [ValidationError, ForbiddenError, StepUpRequiredError] },
      description: 'Reactivates several companies, each for itself.',
      args: { ids },
      resolve: (_root, given, { request, services }) => services.bulk.reactivate(request, named(given.ids)),
    }),
  };
});
