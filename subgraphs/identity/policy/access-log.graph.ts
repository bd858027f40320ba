import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { DecisionLayer } from '../../_kernel/policy/policy.js';
import { builder } from '../builder.js';
import { AdminUserId, PolicyId, ServiceAccountId, UserId } from '../ids.js';
import { PolicyInput } from './policy.graph.js';
import type { AccessDecisionRow } from './policy.store.js';
import type { SimulatedDecision } from './simulation.service.js';

const AccessVerdictEnum = builder.enumType('AccessVerdict', {
  description: 'What was decided.',
  values: {
    ALLOW: { description: 'It may be done.' },
    DENY: { description: 'It may not.' },
  } satisfies Record<'ALLOW' | 'DENY', object>,
});

const DecisionLayerEnum = builder.enumType('DecisionLayer', {
  description: 'What decided, in the order in which they are asked.',
  values: {
    PLATFORM_GUARD: { description: 'A guard of the platform, which nothing lifts.' },
    ERROR: { description: 'A policy that failed, or that could not be read: that denies.' },
    DENY_POLICY: { description: 'A policy that denies.' },
    ROLES: { description: 'The roles of whoever asks.' },
    ALLOW_POLICY: { description: 'A policy that allows.' },
    NOTHING: { description: 'Neither a role nor a policy allows it.' },
  } satisfies Record<DecisionLayer, object>,
});

const ACTOR_IDS: Readonly<Record<string, { encode(uuid: string): string }>> = {
  member: UserId,
  platform: AdminUserId,
  service: ServiceAccountId,
};

const verdict = ({ allowed }: { readonly allowed: boolean }) => (allowed ? 'ALLOW' : 'DENY');

const AccessDecisionRef = builder.objectRef<AccessDecisionRow>('AccessDecision').implement({
  description: 'What was decided for somebody. Never changed.',
  requiresScopes: [['users:manage']],
  fields: (t) => ({
    decidedAt: t.expose('decidedAt', { type: 'DateTime', description: 'When.' }),
    requestId: t.exposeString('requestId', { description: 'Id of the request it belongs to.' }),
    actorId: t.id({
      nullable: true,
      description: 'Global id of the user, service account or administrator who asked; null for nobody signed in.',
      resolve: ({ actorKind, actorId }) => actorId && (ACTOR_IDS[actorKind]?.encode(actorId) ?? actorId),
    }),
    action: t.exposeString('action', { description: 'What was to be done, of `policyActions`.' }),
    resourceType: t.exposeString('resourceType', { description: 'Type of the graph.' }),
    decision: t.field({ type: AccessVerdictEnum, description: 'What was decided.', resolve: verdict }),
    layer: t.field({ type: DecisionLayerEnum, description: 'What decided.', resolve: ({ layer }) => layer as DecisionLayer }),
    policyIds: t.idList({ description: 'Global ids of the policies that decided.', resolve: ({ policyIds }) => policyIds.map((id) => PolicyId.encode(id)) }),
    reasons: t.stringList({ description: 'Why, in words.', resolve: ({ reasons }) => reasons }),
    errors: t.stringList({ description: 'What went wrong.', resolve: ({ errors }) => errors }),
    attributes: t.field({
      type: 'JSON',
      description: 'What was known of the resource: ids as UUIDs. Empty where the decision was about no single one.',
      resolve: ({ attributes }) => attributes,
    }),
  }),
});

const AccessLogFilterInput = builder.inputType('AccessLogFilter', {
  description: 'Which decisions; what is left out does not matter.',
  fields: (t) => ({
    decision: t.field({ type: AccessVerdictEnum, required: false, description: 'Only these.' }),
    actorId: t.id({ required: false, description: 'Only those for this user or service account.' }),
    from: t.field({ type: 'DateTime', required: false, description: 'Only those made then or later.' }),
    to: t.field({ type: 'DateTime', required: false, description: 'Only those made before then.' }),
  }),
});

const PolicySimulationRef = builder.objectRef<SimulatedDecision>('PolicySimulation').implement({
  description: 'What would be decided, and why.',
  requiresScopes: [['users:manage']],
  fields: (t) => ({
    decision: t.field({ type: AccessVerdictEnum, description: 'What would be decided.', resolve: verdict }),
    layer: t.expose('layer', { type: DecisionLayerEnum, description: 'What would decide.' }),
    decidedBy: t.idList({
      description: 'Global ids of the policies that would decide; the draft among them has an id of the moment.',
      resolve: ({ decidedBy }) => decidedBy.map((id) => PolicyId.encode(id)),
    }),
    draftId: t.id({
      nullable: true,
      description: 'The id by which the draft goes in `decidedBy`; null without a draft.',
      resolve: ({ draftId }) => draftId && PolicyId.encode(draftId),
    }),
    reasons: t.stringList({ description: 'Why, in words.', resolve: ({ reasons }) => [...reasons] }),
    errors: t.stringList({ description: 'What would go wrong.', resolve: ({ errors }) => [...errors] }),
  }),
});

const SimulatePolicyInput = builder.inputType('SimulatePolicyInput', {
  description: 'Who does what with what, and when.',
  fields: (t) => ({
    action: t.string({ description: 'Of `policyActions`.' }),
    userId: t.id({ description: 'Global id of whoever asks.' }),
    roles: t.stringList({ description: 'Her roles.' }),
    resource: t.field({
      type: 'JSON',
      required: false,
      description: 'An object of attributes as conditions have their values, such as `{"id": "bkg_…", "status": "CONFIRMED"}`.',
    }),
    at: t.field({ type: 'DateTime', required: false, description: 'When; now unless said.' }),
    ip: t.string({ required: false, description: 'Address she asks from.' }),
    draft: t.field({ type: PolicyInput, required: false, description: 'A policy that there is not, to see what it would do.' }),
  }),
});

function attributesIn(resource: unknown): Readonly<Record<string, unknown>> {
  if (resource == null) return {};
  if (typeof resource !== 'object' || Array.isArray(resource)) throw ValidationError.of('resource', 'must be an object');
  return resource as Readonly<Record<string, unknown>>;
}

builder.queryFields((t) => ({
  simulatePolicy: t.field({
    type: PolicySimulationRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: { types: [ValidationError] },
    description: 'What would be decided, and why. Nothing is done, and nothing is kept.',
    args: { input: t.arg({ type: SimulatePolicyInput, description: 'The question.' }) },
    resolve: (_root, { input }, { request, services }) => {
      const userId = UserId.decode(input.userId);
      if (userId === null) throw ValidationError.of('userId', 'must be the id of a user');
      return services.simulations.simulate(request, { ...input, userId, resource: attributesIn(input.resource) });
    },
  }),
  accessLog: t.connection(
    {
      type: AccessDecisionRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      description: 'What was decided, newest first, less than a second late: every denial, and a sample of what was allowed.',
      args: { filter: t.arg({ type: AccessLogFilterInput, required: false, description: 'Which ones.' }) },
      resolve: (_root, { filter, ...args }, { request, services }) => {
        const { decision, actorId, from, to } = filter ?? {};
        const actor = actorId == null ? undefined : (UserId.decode(actorId) ?? ServiceAccountId.decode(actorId));
        if (actor === null) throw ValidationError.of('filter.actorId', 'must be the id of a user or a service account');
        return services.policies.accessLog(request, args, {
          allowed: decision == null ? undefined : decision === 'ALLOW',
          actorId: actor,
          from,
          to,
        });
      },
    },
    { name: 'AccessDecisionConnection', description: 'A page of decisions.' },
    { name: 'AccessDecisionEdge', description: 'A decision in a page.' },
  ),
}));
