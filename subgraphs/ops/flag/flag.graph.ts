import { CONSTRAINT_OPERATORS } from '../../_kernel/flags/evaluation/constraint.js';
import type { FLAG_REASONS, FlagEvaluation } from '../../_kernel/flags/evaluation/evaluate.js';
import type { FlagDefinition, FlagOverride, FlagRule, FlagType, FlagVariant } from '../../_kernel/flags/evaluation/flag.js';
import { isActing } from '../../_kernel/flags/evaluation/known-flags.js';
import { UserId } from '../../identity/ids.js';
import { TenantId } from '../../tenancy/ids.js';
import { builder } from '../builder.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import { uuidInFilter } from '../id-in-filter.js';
import type { FlagUpdate } from './flag-live.service.js';
import type { FlagView } from './flag.service.js';

export const FLAG_READERS: ['platform:incidents:read'][] = [['platform:incidents:read']];

const instantOf = (iso: string | null): Date | null => (iso === null ? null : new Date(iso));

export const FlagTypeEnum = builder.enumType('FlagType', {
  description: 'What values a flag has.',
  values: {
    BOOLEAN: { description: 'True or false.' },
    STRING: { description: 'A text.' },
    NUMBER: { description: 'A number.' },
    JSON: { description: 'Anything that JSON can say.' },
  } satisfies Record<FlagType, { description: string }>,
});

const FlagReasonEnum = builder.enumType('FlagReason', {
  description: 'What has decided the value, strongest first.',
  values: {
    KILL_SWITCH: { description: 'The switch that holds for everyone.' },
    TENANT_OVERRIDE: { description: "The company's own value." },
    PLAN: { description: "The value of the company's plan." },
    RULE: { description: 'A rule, with its percentage.' },
    DEFAULT: { description: 'Nothing else.' },
  } satisfies Record<(typeof FLAG_REASONS)[number], { description: string }>,
});

const FlagStalenessEnum = builder.enumType('FlagStaleness', {
  description: 'Why a flag should be removed from the code.',
  values: {
    UNTOUCHED: { description: 'It is not meant to stay and has not been changed for 40 days.' },
    ROLLED_OUT: { description: 'Everyone has had the same for a fortnight.' },
  },
});

export const ConstraintOperatorEnum = builder.enumType('FlagConstraintOperator', {
  description: 'How a property is compared with values.',
  values: Object.fromEntries(
    CONSTRAINT_OPERATORS.map((operator) => [operator, { description: `${operator.toLowerCase().replaceAll('_', ' ')}.` }]),
  ) as Record<(typeof CONSTRAINT_OPERATORS)[number], { description: string }>,
});

const FlagConstraintRef = builder.objectRef<FlagRule['constraints'][number]>('FlagConstraint').implement({
  description: 'What a property must be like for a rule to apply.',
  fields: (t) => ({
    property: t.exposeString('property', { description: 'Name of the property.' }),
    operator: t.expose('operator', { type: ConstraintOperatorEnum, description: 'How it is compared.' }),
    values: t.stringList({ description: 'With what; any of them will do.', resolve: ({ values }) => [...values] }),
    inverted: t.boolean({ description: 'Whether the opposite is asked for.', resolve: ({ inverted }) => inverted ?? false }),
    caseInsensitive: t.boolean({
      description: 'Whether capitals do not matter.',
      resolve: ({ caseInsensitive }) => caseInsensitive ?? false,
    }),
  }),
});

const FlagVariantRef = builder.objectRef<FlagVariant>('FlagVariant').implement({
  description: 'One of several values of a rule.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    weight: t.exposeInt('weight', { description: 'Its share among the weights of all.' }),
    value: t.field({ type: 'JSON', nullable: true, description: 'The value.', resolve: ({ value }) => value }),
  }),
});

const FlagRuleRef = builder.objectRef<FlagRule>('FlagRule').implement({
  description: 'Whom a value is for.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Name of the rule within its flag.' }),
    constraints: t.field({
      type: [FlagConstraintRef],
      description: 'All of which must be met.',
      resolve: ({ constraints }) => [...constraints],
    }),
    percentage: t.exposeInt('percentage', { description: 'Of those who meet them, 0 to 100; always the same ones.' }),
    stickiness: t.exposeString('stickiness', { description: 'Property by which the percentage is drawn.' }),
    group: t.exposeString('group', { description: 'Rules of one group draw alike.' }),
    value: t.field({ type: 'JSON', nullable: true, description: 'What they have.', resolve: ({ value }) => value }),
    variants: t.field({
      type: [FlagVariantRef],
      description: 'What they have instead, by weight.',
      resolve: ({ variants }) => [...(variants ?? [])],
    }),
    from: t.field({ type: 'DateTime', nullable: true, description: 'Since when it is in force.', resolve: ({ from }) => instantOf(from) }),
    until: t.field({ type: 'DateTime', nullable: true, description: 'Until when it is.', resolve: ({ until }) => instantOf(until) }),
  }),
});

interface OverrideView extends FlagOverride {
  readonly tenantId: string;
}

const FlagOverrideRef = builder.objectRef<OverrideView>('FlagOverride').implement({
  description: 'What a company has instead of what everyone has.',
  fields: (t) => ({
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company; null for the platform.', resolve: tenantOf }),
    tenantId: t.id({ description: 'Global id of the company.', resolve: ({ tenantId }) => TenantId.encode(tenantId) }),
    value: t.field({ type: 'JSON', nullable: true, description: 'Its value.', resolve: ({ value }) => value }),
    until: t.field({ type: 'DateTime', nullable: true, description: 'When that ends.', resolve: ({ until }) => instantOf(until) }),
  }),
});

const FlagPlanValueRef = builder.objectRef<{ readonly plan: string; readonly value: unknown }>('FlagPlanValue').implement({
  description: 'What companies of a plan have.',
  fields: (t) => ({
    plan: t.exposeString('plan', { description: 'The plan, such as `STARTER`.' }),
    value: t.field({ type: 'JSON', nullable: true, description: 'Their value.', resolve: ({ value }) => value }),
  }),
});

const overridesOf = ({ overrides }: FlagDefinition): OverrideView[] =>
  Object.entries(overrides).map(([tenantId, override]) => ({ tenantId, ...override }));

export const FeatureFlagRef = builder.objectRef<FlagView>('FeatureFlag').implement({
  description: 'Something that can be switched while the platform runs.',
  requiresScopes: FLAG_READERS,
  fields: (t) => ({
    key: t.string({ description: 'Its name in the code.', resolve: ({ definition }) => definition.key }),
    type: t.field({ type: FlagTypeEnum, description: 'What values it has.', resolve: ({ definition }) => definition.type }),
    description: t.string({ description: 'What it does.', resolve: ({ definition }) => definition.description }),
    defaultValue: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What everyone has whom nothing else gives a value.',
      resolve: ({ definition }) => definition.defaultValue,
    }),
    killSwitchOn: t.boolean({
      description: 'Whether everyone has the value of the kill switch, whatever else is said.',
      resolve: ({ definition }) => definition.killSwitch !== null,
    }),
    killSwitchValue: t.field({
      type: 'JSON',
      nullable: true,
      description: 'That value; null while it is off.',
      resolve: ({ definition }) => definition.killSwitch?.value ?? null,
    }),
    overrides: t.field({
      type: [FlagOverrideRef],
      description: 'Companies with a value of their own.',
      resolve: ({ definition }) => overridesOf(definition),
    }),
    plans: t.field({
      type: [FlagPlanValueRef],
      description: 'Plans with a value of their own.',
      resolve: ({ definition }) => Object.entries(definition.plans).map(([plan, value]) => ({ plan, value })),
    }),
    rules: t.field({
      type: [FlagRuleRef],
      description: 'Whom other values are for; the first that applies decides.',
      resolve: ({ definition }) => [...definition.rules],
    }),
    needsApproval: t.boolean({
      description: 'Whether a change takes a second person.',
      resolve: ({ definition }) => definition.needsApproval,
    }),
    clientVisible: t.boolean({
      description: 'Whether clients outside the platform are told its value.',
      resolve: ({ definition }) => definition.clientVisible,
    }),
    permanent: t.boolean({ description: 'Whether it is meant to stay.', resolve: ({ definition }) => definition.permanent }),
    archived: t.boolean({ description: 'Whether it is out of use.', resolve: ({ definition }) => definition.archived }),
    acting: t.boolean({
      description: 'Whether changing it changes at once what the platform does; that takes a fresh proof of who one is.',
      resolve: ({ definition }) => isActing(definition.key),
    }),
    stale: t.field({
      type: FlagStalenessEnum,
      nullable: true,
      description: 'Why it should be removed from the code; null while it should not.',
      resolve: ({ stale }) => stale,
    }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last changed; null for one that is as the code declares it.',
    }),
  }),
});

const FlagEvaluationRef = builder.objectRef<FlagEvaluation>('FlagEvaluation').implement({
  description: 'What somebody has of a flag, and why.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The flag.' }),
    value: t.field({ type: 'JSON', nullable: true, description: 'The value.', resolve: ({ value }) => value }),
    reason: t.expose('reason', { type: FlagReasonEnum, description: 'What has decided it.' }),
    ruleId: t.exposeString('ruleId', { nullable: true, description: 'The rule that applied.' }),
    variant: t.exposeString('variant', { nullable: true, description: 'The variant that was drawn.' }),
  }),
});

const FlagContextInput = builder.inputType('FlagContextInput', {
  description: 'Of whom a flag is asked.',
  fields: (t) => ({
    tenantId: t.id({ required: false, description: 'Global id of the company.' }),
    userId: t.id({ required: false, description: 'Global id of the person.' }),
    properties: t.field({ type: 'JSON', required: false, description: 'Anything else that rules ask for: texts by name.' }),
  }),
});

const textsOf = (properties: unknown): Readonly<Record<string, string>> =>
  typeof properties === 'object' && properties !== null
    ? Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]))
    : {};

builder.queryFields((t) => ({
  featureFlags: t.field({
    type: [FeatureFlagRef],
    nullable: true,
    requiresScopes: FLAG_READERS,
    description: 'Every flag, by key.',
    args: {
      stale: t.arg.boolean({ required: false, description: 'Only those that should go, or only the others.' }),
      archived: t.arg.boolean({ required: false, description: 'Those out of use instead of those in use.' }),
    },
    resolve: async (_root, { stale, archived }, { request, services }) => [
      ...(await services.flags.list(request, { stale: stale ?? undefined, archived: archived ?? undefined })),
    ],
  }),
  featureFlag: t.field({
    type: FeatureFlagRef,
    nullable: true,
    requiresScopes: FLAG_READERS,
    description: 'A flag by its key; null for an unknown one.',
    args: { key: t.arg.string({ description: 'The key.' }) },
    resolve: (_root, { key }, { request, services }) => services.flags.find(request, key),
  }),
  flagEvaluation: t.field({
    type: FlagEvaluationRef,
    nullable: true,
    requiresScopes: FLAG_READERS,
    description: 'What somebody would have of a flag, and why; null for an unknown flag.',
    args: {
      key: t.arg.string({ description: 'The key.' }),
      context: t.arg({ type: FlagContextInput, required: false, description: 'Of whom; everyone when left out.' }),
    },
    resolve: (_root, { key, context }, { request, services }) =>
      services.flags.evaluate(request, key, {
        tenantId: uuidInFilter(context?.tenantId, TenantId) ?? null,
        userId: uuidInFilter(context?.userId, UserId) ?? null,
        properties: textsOf(context?.properties),
      }),
  }),
  flagBool: t.boolean({
    nullable: true,
    requiresScopes: FLAG_READERS,
    description: 'Whether a flag is on, for everyone or at a company; false for an unknown flag.',
    args: {
      key: t.arg.string({ description: 'The key.' }),
      tenantId: t.arg.id({ required: false, description: 'Global id of the company.' }),
    },
    resolve: async (_root, { key, tenantId }, { request, services }) => {
      const of = { tenantId: uuidInFilter(tenantId, TenantId) ?? null, userId: null, properties: {} };
      return (await services.flags.evaluate(request, key, of))?.value === true;
    },
  }),
}));

const FlagUpdateRef = builder.objectRef<FlagUpdate>('FeatureFlagUpdate').implement({
  description: 'A flag that has changed.',
  requiresScopes: FLAG_READERS,
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this update.' }),
    flag: t.field({
      type: FeatureFlagRef,
      nullable: true,
      description: 'The flag as it is now.',
      resolve: ({ key }, _args, { request, services }) => services.flags.find(request, key),
    }),
  }),
});

builder.subscriptionFields((t) => ({
  featureFlagChanged: t.field({
    type: FlagUpdateRef,
    nullable: true,
    requiresScopes: FLAG_READERS,
    description: 'Flags as they change.',
    args: { after: t.arg.string({ required: false, description: 'Cursor of the last update you have seen.' }) },
    subscribe: (_root, { after }, { request, services }) => services.flagLive.changes(request, after),
    resolve: (update) => update,
  }),
}));
