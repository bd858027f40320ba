import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  StepUpRequiredError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { TenantId } from '../../tenancy/ids.js';
import { builder } from '../builder.js';
import { uuidInFilter } from '../id-in-filter.js';
import { FlagProposalId } from '../ids.js';
import { FlagProposalRef } from './flag-change.graph.js';
import { ConstraintOperatorEnum, FeatureFlagRef, FlagTypeEnum } from './flag.graph.js';
import type { FlagReceipt } from './flag.service.js';

const SCOPES: ['platform:incidents:manage'][] = [['platform:incidents:manage']];
const REFUSALS = [NotFoundError, ForbiddenError, ValidationError, StepUpRequiredError];

const FlagReceiptRef = builder.objectRef<FlagReceipt>('FeatureFlagReceipt').implement({
  description: 'What became of a change of a flag.',
  fields: (t) => ({
    flag: t.field({ type: FeatureFlagRef, description: 'The flag as it is now.', resolve: ({ flag }) => flag }),
    proposal: t.field({
      type: FlagProposalRef,
      nullable: true,
      description: 'The proposal that waits for a second person; null when the change is done.',
      resolve: ({ proposal }) => proposal,
    }),
  }),
});

const CreateFeatureFlagInput = builder.inputType('CreateFeatureFlagInput', {
  description: 'A new flag.',
  fields: (t) => ({
    key: t.string({ description: 'Its name in the code; letters, digits, dots, hyphens and underscores.' }),
    type: t.field({ type: FlagTypeEnum, description: 'What values it has.' }),
    description: t.string({ description: 'What it does, up to 500 characters.' }),
    defaultValue: t.field({ type: 'JSON', description: 'What everyone has to begin with.' }),
    needsApproval: t.boolean({ required: false, description: 'Whether each change takes a second person; false when left out.' }),
    clientVisible: t.boolean({ required: false, description: 'Whether clients are told its value; false when left out.' }),
    permanent: t.boolean({ required: false, description: 'Whether it is meant to stay; false when left out.' }),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
});

const SetFeatureFlagInput = builder.inputType('SetFeatureFlagInput', {
  description: 'A value of a flag.',
  fields: (t) => ({
    key: t.string({ description: 'The flag.' }),
    value: t.field({ type: 'JSON', description: "The value, of the flag's type." }),
    tenantId: t.id({ required: false, description: 'Global id of the one company it is for; for all when left out.' }),
    until: t.string({ required: false, description: 'ISO 8601 instant at which the value of the one company ends.' }),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
});

const FlagConstraintInput = builder.inputType('FlagConstraintInput', {
  description: 'What a property must be like.',
  fields: (t) => ({
    property: t.string({ description: 'Such as `tenantId`, `plan`, `userId` or one of your own.' }),
    operator: t.field({ type: ConstraintOperatorEnum, description: 'How it is compared.' }),
    values: t.stringList({ description: 'With what.' }),
    inverted: t.boolean({ required: false, description: 'Whether the opposite is asked for.' }),
    caseInsensitive: t.boolean({ required: false, description: 'Whether capitals do not matter.' }),
  }),
});

const FlagVariantInput = builder.inputType('FlagVariantInput', {
  description: 'One of several values.',
  fields: (t) => ({
    name: t.string({ description: 'Its name.' }),
    weight: t.int({ description: 'Its share among the weights of all, 0 to 1000.' }),
    value: t.field({ type: 'JSON', description: "Of the flag's type." }),
  }),
});

const FlagRuleInput = builder.inputType('FlagRuleInput', {
  description: 'Whom a value is for.',
  fields: (t) => ({
    id: t.string({ description: 'Name of the rule within the flag.' }),
    constraints: t.field({ type: [FlagConstraintInput], required: false, description: 'All of which must be met.' }),
    percentage: t.int({ required: false, description: 'Of those who meet them, 0 to 100; all when left out.' }),
    stickiness: t.string({ required: false, description: 'Property by which it is drawn; the person when left out.' }),
    group: t.string({ required: false, description: 'Rules of one group draw alike; the flag when left out.' }),
    value: t.field({ type: 'JSON', description: "What they have, of the flag's type." }),
    variants: t.field({ type: [FlagVariantInput], required: false, description: 'What they have instead, by weight.' }),
    from: t.string({ required: false, description: 'ISO 8601 instant since when it is in force.' }),
    until: t.string({ required: false, description: 'ISO 8601 instant until when it is.' }),
  }),
});

/** What was left out or null has the meaning that the description gives. */
const given = (input: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value != null));

builder.mutationFields((t) => {
  const key = t.arg.string({ description: 'The flag.' });
  const reason = t.arg.string({ description: 'Why, up to 500 characters.' });
  const id = t.arg.id({ description: 'Global id of the proposal.' });
  return {
    createFeatureFlag: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: [...REFUSALS, ConflictError] },
      description: 'Makes a flag.',
      args: { input: t.arg({ type: CreateFeatureFlagInput, description: 'The flag.' }) },
      resolve: (_root, { input }, { request, services }) =>
        services.flags.create(request, {
          ...input,
          defaultValue: input.defaultValue,
          needsApproval: input.needsApproval ?? false,
          clientVisible: input.clientVisible ?? false,
          permanent: input.permanent ?? false,
        }),
    }),
    setFeatureFlag: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Gives a flag a value, for everyone or for one company.',
      args: { input: t.arg({ type: SetFeatureFlagInput, description: 'The value.' }) },
      resolve: (_root, { input }, { request, services }) =>
        services.flags.setValue(request, {
          key: input.key,
          value: input.value,
          tenantId: uuidInFilter(input.tenantId, TenantId) ?? null,
          until: input.until ?? null,
          reason: input.reason,
        }),
    }),
    removeFeatureFlagOverride: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Takes the value of its own from a company.',
      args: { key, tenantId: t.arg.id({ description: 'Global id of the company.' }), reason },
      resolve: (_root, args, { request, services }) => {
        const tenantId = TenantId.decode(args.tenantId);
        if (tenantId === null) throw new NotFoundError('Tenant');
        return services.flags.removeOverride(request, args.key, tenantId, args.reason);
      },
    }),
    setFeatureFlagPlans: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Gives plans values of their own; a plan that is left out has none.',
      args: { key, plans: t.arg({ type: 'JSON', description: 'Values by plan, such as `{ "ENTERPRISE": true }`.' }), reason },
      resolve: (_root, args, { request, services }) => services.flags.setPlans(request, args.key, args.plans, args.reason),
    }),
    setFeatureFlagRules: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Says whom other values are for, in place of the rules there are.',
      args: { key, rules: t.arg({ type: [FlagRuleInput], description: 'The first that applies decides.' }), reason },
      resolve: (_root, args, { request, services }) => {
        const rules = args.rules.map(({ constraints, ...rule }) => ({
          ...given(rule),
          ...(constraints ? { constraints: constraints.map(given) } : {}),
        }));
        return services.flags.setRules(request, args.key, rules, args.reason);
      },
    }),
    setFeatureFlagKillSwitch: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Gives everyone one value at once, whatever else is said, or takes that back. Giving it takes no second person.',
      args: {
        key,
        on: t.arg.boolean({ description: 'Whether everyone gets the value.' }),
        value: t.arg({ type: 'JSON', required: false, description: 'The value, of the flag\'s type; false when left out.' }),
        reason,
      },
      resolve: (_root, args, { request, services }) =>
        services.flags.setKillSwitch(request, args.key, args.on ? (args.value ?? false) : undefined, args.reason),
    }),
    archiveFeatureFlag: t.field({
      type: FlagReceiptRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: REFUSALS },
      description: 'Puts a flag out of use, or into use again.',
      args: { key, archived: t.arg.boolean({ description: 'Whether it is out of use.' }), reason },
      resolve: (_root, args, { request, services }) => services.flags.archive(request, args.key, args.archived, args.reason),
    }),
    approveFlagProposal: t.field({
      type: FlagProposalRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: [...REFUSALS, InvalidTransitionError] },
      description: 'Does what somebody else has proposed.',
      args: { id },
      resolve: (_root, args, { request, services }) => services.flagProposals.approve(request, proposalIdIn(args.id)),
    }),
    rejectFlagProposal: t.field({
      type: FlagProposalRef,
      nullable: true,
      requiresScopes: SCOPES,
      errors: { types: [NotFoundError, ForbiddenError, InvalidTransitionError] },
      description: 'Refuses what was proposed, or takes it back.',
      args: { id },
      resolve: (_root, args, { request, services }) => services.flagProposals.reject(request, proposalIdIn(args.id)),
    }),
  };
});

/** @throws {NotFoundError} for an id that is malformed */
function proposalIdIn(id: string): string {
  const uuid = FlagProposalId.decode(id);
  if (uuid === null) throw new NotFoundError('Proposal');
  return uuid;
}
