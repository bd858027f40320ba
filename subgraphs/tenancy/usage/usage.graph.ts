import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { hasRoom, type QuotaStanding } from '../../_kernel/quota/quota.js';
import type { LimitedResource } from '../../_kernel/wire/plan-limits.js';
import { builder } from '../builder.js';
import { TenantId } from '../ids.js';
import type { UsageMetric } from './usage.js';
import type { MonthlyUsage } from './usage.service.js';
import type { UsageBucketRow } from './usage.store.js';

const UsageMetricEnum = builder.enumType('UsageMetricType', {
  description: 'What is measured of a company.',
  values: {
    API_CALLS: { description: 'Operations.' },
    USERS: { description: 'People who work there, as they stand.' },
    STORAGE: { description: 'Bytes of files.' },
    APPOINTMENTS: { description: 'Appointments made.' },
    PATIENTS: { description: 'Clients, as they stand.' },
    EMAILS: { description: 'Mails sent for it.' },
    ACTIVE_USERS: { description: 'People who signed in.' },
  } satisfies Record<UsageMetric, { description: string }>,
});

const QuotaResourceEnum = builder.enumType('QuotaResource', {
  description: 'What a plan has only so much of.',
  values: {
    USERS: { description: 'People who work there. Clients take none.' },
    PATIENTS: { description: 'Clients.' },
    APPOINTMENTS: { description: "Appointments made in a month of the company's zone; cancelling gives none back." },
  } satisfies Record<LimitedResource, { description: string }>,
});

const MonthlyUsageRef = builder.objectRef<MonthlyUsage>('MonthlyUsage').implement({
  description: 'How much of one thing a company used.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    metric: t.expose('metric', { type: UsageMetricEnum, description: 'Of what.' }),
    used: t.exposeFloat('used', { description: 'How much; a whole number.' }),
    limit: t.exposeInt('limit', {
      nullable: true,
      description: 'What the plan allows; null without an end, and for what is not limited.',
    }),
  }),
});

const QuotaRef = builder.objectRef<QuotaStanding>('TenantQuota').implement({
  description: 'What the plan has left of something at this moment.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    resource: t.expose('resource', { type: QuotaResourceEnum, description: 'Of what.' }),
    used: t.exposeInt('used', { description: 'How many are in use.' }),
    limit: t.exposeInt('limit', { nullable: true, description: 'How many there may be; null without an end.' }),
    isExceeded: t.boolean({ description: 'Whether one more would be refused.', resolve: (quota) => !hasRoom(quota) }),
  }),
});

const UsageBucketRef = builder.objectRef<UsageBucketRow>('UsageBucket').implement({
  description: 'What was measured in a day.',
  requiresScopes: [['settings:read'], ['platform:tenants:manage']],
  fields: (t) => ({
    metric: t.field({
      type: UsageMetricEnum,
      description: 'Of what.',
      // Only metrics are ever written there.
      resolve: ({ metric }) => metric as UsageMetric,
    }),
    day: t.field({
      type: 'LocalDate',
      description: "The day, in the company's zone.",
      resolve: ({ day }) => day.toISOString().slice(0, 'YYYY-MM-DD'.length),
    }),
    amount: t.float({ description: 'How much; a whole number.', resolve: ({ amount }) => Number(amount) }),
    details: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What was said with the last record of the day.',
      resolve: ({ details }) => details,
    }),
  }),
});

const RecordUsageMetricInput = builder.inputType('RecordUsageMetricInput', {
  description: 'Something that was measured.',
  fields: (t) => ({
    tenantId: t.id({ description: 'Global id of the company.' }),
    metric: t.field({ type: UsageMetricEnum, description: '`API_CALLS`, `STORAGE` or `EMAILS`; the others are counted by themselves.' }),
    amount: t.int({ description: 'How much more, at least 1.' }),
    details: t.field({ type: 'JSON', required: false, description: 'An object of texts, numbers and truth values.' }),
  }),
});

builder.queryFields((t) => ({
  usage: t.field({
    type: [MonthlyUsageRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'How much your company used in a month. Of earlier months, what stands is not known.',
    args: {
      period: t.arg.string({ required: false, description: "`YYYY-MM` in the company's zone; the present month when left out." }),
    },
    resolve: (_root, { period }, { request, services }) => services.usage.usage(request, period ?? null),
  }),
  checkTenantQuota: t.field({
    type: QuotaRef,
    nullable: true,
    requiresScopes: [['settings:read']],
    description: "What your company's plan has left of something.",
    args: { resource: t.arg({ type: QuotaResourceEnum, description: 'Of what.' }) },
    resolve: (_root, { resource }, { request, services }) => services.usage.quota(request, resource),
  }),
  tenantUsageMetrics: t.field({
    type: [UsageBucketRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'What was measured by day, oldest first, at most 366 days; days without anything are left out.',
    args: {
      metric: t.arg({ type: UsageMetricEnum, description: '`API_CALLS`, `STORAGE` or `EMAILS`.' }),
      from: t.arg({ type: 'LocalDate', description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', description: 'Last day.' }),
    },
    resolve: (_root, range, { request, services }) => services.usage.buckets(request, range),
  }),
}));

builder.mutationFields((t) => ({
  recordUsageMetric: t.field({
    type: UsageBucketRef,
    nullable: true,
    requiresScopes: [['platform:tenants:manage']],
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Adds to what was measured of a company today.',
    args: { input: t.arg({ type: RecordUsageMetricInput, description: 'What was measured.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.usage.record(request, { ...input, tenantId: TenantId.require(input.tenantId) }),
  }),
}));
