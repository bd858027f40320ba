import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { ProviderId, ServiceId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { CommissionRuleId } from '../ids.js';
import type { Tier } from './commission.js';
import { tiersOf } from './commission.js';
import type { CommissionRuleRow } from './commission.store.js';

export const ProviderRef = foreignEntity(builder, 'Provider');
export const ServiceRef = foreignEntity(builder, 'Service');

interface TierInCurrency extends Tier {
  readonly currency: string;
}

const CommissionTierRef = builder.objectRef<TierInCurrency>('CommissionTier').implement({
  description: "From a month's turnover on, the share of what goes beyond it.",
  fields: (t) => ({
    from: t.field({
      type: 'Money',
      description: 'The turnover from which on it counts.',
      resolve: ({ from: amount, currency }) => ({ amount, currency }),
    }),
    basisPoints: t.exposeInt('basisPoints', { description: 'Hundredths of a percent: 1000 is 10 %.' }),
  }),
});

const CommissionRuleRef = builder.objectRef<CommissionRuleRow>('CommissionRule').implement({
  description: 'What share of their work those who do it get. The most particular rule counts.',
  requiresScopes: [['billing:read'], ['billing:update']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => CommissionRuleId.encode(id) }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Whose work it is for; everybody’s when null.',
      resolve: ({ providerId }) => (providerId === null ? null : { id: ProviderId.encode(providerId) }),
    }),
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'What it is for; everything when null.',
      resolve: ({ serviceId }) => (serviceId === null ? null : { id: ServiceId.encode(serviceId) }),
    }),
    tiers: t.field({
      type: [CommissionTierRef],
      description: 'From zero on, rising; a single one is a plain percentage.',
      resolve: (rule) => tiersOf(rule).map((tier) => ({ ...tier, currency: rule.currency })),
    }),
  }),
});

const CommissionTierInput = builder.inputType('CommissionTierInput', {
  description: 'One tier of a commission.',
  fields: (t) => ({
    from: t.field({
      type: 'MinorUnits',
      description: "The turnover of a month from which on it counts, in the smallest unit of the company's currency.",
    }),
    basisPoints: t.int({ description: 'Hundredths of a percent, 0 to 10000: 1000 is 10 %.' }),
  }),
});

const SetCommissionRuleInput = builder.inputType('SetCommissionRuleInput', {
  description: 'A share of what is done.',
  fields: (t) => ({
    providerId: t.id({ required: false, description: 'Global id of the provider; everybody when left out.' }),
    serviceId: t.id({ required: false, description: 'Global id of the service; everything when left out.' }),
    tiers: t.field({
      type: [CommissionTierInput],
      description: 'From zero on, rising; 1 to 20, a single one for a plain percentage.',
    }),
  }),
});

builder.queryField('commissionRules', (t) =>
  t.field({
    type: [CommissionRuleRef],
    nullable: true,
    requiresScopes: [['billing:read']],
    description: 'All rules, oldest first.',
    resolve: (_root, _args, { request, services }) => services.commissionRules.list(request),
  }),
);

builder.mutationFields((t) => ({
  setCommissionRule: t.field({
    type: CommissionRuleRef,
    nullable: true,
    requiresScopes: [['billing:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description:
      'Sets what share of her work a provider gets, or whoever does a service, or everybody; what is done already ' +
      'keeps its commission.',
    args: { input: t.arg({ type: SetCommissionRuleInput, description: 'Whose share of what.' }) },
    resolve: (_root, { input: { providerId, serviceId, tiers } }, { request, services }) =>
      services.commissionRules.set(request, {
        providerId: providerId == null ? null : ProviderId.require(providerId),
        serviceId: serviceId == null ? null : ServiceId.require(serviceId),
        tiers,
      }),
  }),
  removeCommissionRule: t.field({
    type: CommissionRuleRef,
    nullable: true,
    requiresScopes: [['billing:update']],
    errors: { types: [ForbiddenError, NotFoundError] },
    description: 'Takes a rule away; a more general one counts from then on.',
    args: { id: t.arg.id({ description: 'Global id of the rule.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.commissionRules.remove(request, CommissionRuleId.require(id)),
  }),
}));
