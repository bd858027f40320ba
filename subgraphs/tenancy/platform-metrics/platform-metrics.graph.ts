import { PLAN_CURRENCY } from '../../_kernel/wire/plan-price.js';
import { builder } from '../builder.js';
import { PlanEnum } from '../tenant/tenant.graph.js';
import type { PlanMetrics, PlatformMetrics } from './platform-metrics.js';

const SCOPES = [['platform:metrics:read' as const]];

const money = (amount: number) => ({ amount, currency: PLAN_CURRENCY });

const PlanMetricsRef = builder.objectRef<PlanMetrics>('PlanMetrics').implement({
  description: 'How a plan sells.',
  requiresScopes: SCOPES,
  fields: (t) => ({
    plan: t.field({ type: PlanEnum, description: 'The plan.', resolve: ({ plan }) => plan }),
    companies: t.exposeInt('companies', { description: 'Companies on it, those that are gone apart.' }),
    activeSubscriptions: t.exposeInt('paying', { description: 'Of these, those that pay for it.' }),
    trials: t.exposeInt('onTrial', { description: 'Of these, those that try it.' }),
    monthlyRecurringRevenue: t.field({ type: 'Money', description: 'What comes of it a month by the list.', resolve: ({ revenue }) => money(revenue) }),
  }),
});

const PlatformMetricsRef = builder.objectRef<PlatformMetrics>('PlatformMetrics').implement({
  description: 'How the business of the platform stands, by what plans cost by the list.',
  requiresScopes: SCOPES,
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When that was so.' }),
    totalOrganizations: t.exposeInt('organizations', { description: 'Companies, those that are gone apart.' }),
    activeSubscriptions: t.exposeInt('activeSubscriptions', { description: 'Companies that work and pay.' }),
    trialAccounts: t.exposeInt('trials', { description: 'Companies that still try the platform.' }),
    totalUsers: t.exposeInt('users', { description: 'People who work in companies, each once.' }),
    monthlyRecurringRevenue: t.field({
      type: 'Money',
      description: 'What comes in a month.',
      resolve: ({ monthlyRecurringRevenue }) => money(monthlyRecurringRevenue),
    }),
    annualRunRate: t.field({
      type: 'Money',
      description: 'Twelve times that.',
      resolve: ({ annualRunRate }) => money(annualRunRate),
    }),
    churnPercentage: t.exposeFloat('churnPercentage', {
      description: 'Of a hundred who paid thirty days ago, how many have left since; two decimals.',
    }),
    plans: t.field({ type: [PlanMetricsRef], description: 'Plan by plan.', resolve: ({ plans }) => [...plans] }),
  }),
});

builder.queryFields((t) => ({
  platformMetrics: t.field({
    type: PlatformMetricsRef,
    nullable: true,
    requiresScopes: SCOPES,
    description: 'How the business of the platform stands right now.',
    resolve: (_root, _args, { request, services }) => services.platformMetrics.now(request),
  }),
}));
