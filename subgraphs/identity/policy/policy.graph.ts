import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { ACTIONS, attributesOf, POLICY_ACTIONS, type AttributeRoot, type PolicyAction } from '../../_kernel/policy/catalogue.js';
import type { PolicyCondition, PolicyEffect, PolicyOperator, PolicyPrincipals } from '../../_kernel/policy/policy.js';
import { builder } from '../builder.js';
import { PolicyId } from '../ids.js';
import { documentOf } from './policy.js';
import type { PolicyRow } from './policy.store.js';

export const PolicyEffectEnum = builder.enumType('PolicyEffect', {
  description: 'What a policy does where it applies. Whatever else allows: one that denies wins.',
  values: {
    ALLOW: { description: 'Allows what roles do not. It lifts no guard of the platform and gives no scope.' },
    DENY: { description: 'Denies what roles and other policies allow.' },
  } satisfies Record<PolicyEffect, object>,
});

const PolicyOperatorEnum = builder.enumType('PolicyOperator', {
  description:
    'How a condition compares. An attribute that is missing equals nothing and is neither less nor greater than anything.',
  values: {
    EQUALS: { description: 'The same.' },
    NOT_EQUALS: { description: 'Not the same; also of one that is missing.' },
    IN: { description: 'One of a list.' },
    NOT_IN: { description: 'None of a list; also of one that is missing.' },
    LESS_THAN: { description: 'Less, or earlier.' },
    AT_MOST: { description: 'Not more, or not later.' },
    GREATER_THAN: { description: 'More, or later.' },
    AT_LEAST: { description: 'Not less, or not earlier.' },
    CONTAINS: { description: 'A list that has it, such as `user.roles`.' },
    NOT_CONTAINS: { description: 'A list that has it not.' },
  } satisfies Record<PolicyOperator, object>,
});

const PolicyConditionRef = builder.objectRef<PolicyCondition>('PolicyCondition').implement({
  description: 'What has to hold for a policy to apply.',
  fields: (t) => ({
    attribute: t.exposeString('attribute', { description: 'Path of an attribute, such as `resource.ownerId`.' }),
    operator: t.expose('operator', { type: PolicyOperatorEnum, description: 'How it is compared.' }),
    value: t.field({ type: 'JSON', nullable: true, description: 'With what; null where it is another attribute.', resolve: ({ value }) => value ?? null }),
    otherAttribute: t.string({
      nullable: true,
      description: 'With which attribute; null where it is a value.',
      resolve: ({ otherAttribute }) => otherAttribute ?? null,
    }),
  }),
});

const PolicyPrincipalsRef = builder.objectRef<PolicyPrincipals>('PolicyPrincipals').implement({
  description: 'Whom a policy is for: whoever is in one of the lists, and everybody when all are empty.',
  fields: (t) => ({
    roles: t.stringList({ description: 'Names of roles.', resolve: ({ roles }) => [...roles] }),
    families: t.stringList({ description: 'Role families, for all roles in them.', resolve: ({ families }) => [...families] }),
    users: t.idList({ description: 'Global ids of users.', resolve: ({ users }) => [...users] }),
  }),
});

const PolicyRef = builder.objectRef<PolicyRow>('Policy').implement({
  description:
    'A rule of your own about who may do what. It applies where its action, the type, whom it is for and all its conditions do. Guards of the platform come first, then policies that deny, then roles, then policies that allow.',
  requiresScopes: [['users:manage']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => PolicyId.encode(id) }),
    description: t.string({ description: 'What it is for.', resolve: ({ document }) => documentOf(document).description }),
    effect: t.field({ type: PolicyEffectEnum, description: 'What it does.', resolve: ({ document }) => documentOf(document).effect }),
    actions: t.stringList({ description: 'What it is about, of `policyActions`.', resolve: ({ document }) => [...documentOf(document).actions] }),
    resources: t.stringList({ description: 'Types of the graph it is about.', resolve: ({ document }) => [...documentOf(document).resources] }),
    principals: t.field({ type: PolicyPrincipalsRef, description: 'Whom it is for.', resolve: ({ document }) => documentOf(document).principals }),
    conditions: t.field({
      type: [PolicyConditionRef],
      description: 'All of which must hold.',
      resolve: ({ document }) => [...documentOf(document).conditions],
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is enforced.' }),
    cedar: t.exposeString('cedar', { description: 'What it was compiled to when it was written, in the Cedar policy language.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

interface AttributeListing {
  readonly path: string;
  readonly kind: string;
  readonly values: readonly string[];
  readonly optional: boolean;
  readonly description: string;
}

const KINDS = { id: 'ID', text: 'TEXT', number: 'NUMBER', instant: 'INSTANT', texts: 'TEXTS' } as const;

const PolicyAttributeRef = builder.objectRef<AttributeListing>('PolicyAttribute').implement({
  description: 'Something that conditions can look at.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'How conditions name it.' }),
    kind: t.exposeString('kind', { description: '`ID`, `TEXT`, `NUMBER` (whole), `INSTANT` (ISO 8601) or `TEXTS`.' }),
    values: t.stringList({ description: 'All values there are; empty where they are many.', resolve: ({ values }) => [...values] }),
    optional: t.exposeBoolean('optional', { description: 'Whether it may be missing.' }),
    description: t.exposeString('description', { description: 'What it is.' }),
  }),
});

const attributeListing = (action: PolicyAction): AttributeListing[] =>
  (['resource', 'user', 'context'] as const satisfies readonly AttributeRoot[]).flatMap((root) =>
    Object.entries(attributesOf(root, ACTIONS[action].resource)).map(([name, { type, optional, description }]) => ({
      path: `${root}.${name}`,
      kind: KINDS[type.kind],
      values: type.kind === 'text' ? (type.values ?? []) : [],
      optional: optional === true,
      description,
    })),
  );

const PolicyActionRef = builder.objectRef<PolicyAction>('PolicyAction').implement({
  description: 'Something that policies can allow and deny.',
  fields: (t) => ({
    name: t.string({ description: 'How policies name it; `booking:*` names all of a group.', resolve: (name) => name }),
    resource: t.string({ description: 'Type of the graph it is done with.', resolve: (name) => ACTIONS[name].resource }),
    attributes: t.field({ type: [PolicyAttributeRef], description: 'What conditions can look at.', resolve: attributeListing }),
  }),
});

const PolicyDeletedRef = builder.objectRef<{ readonly id: string }>('PolicyDeleted').implement({
  description: 'A policy is no more.',
  fields: (t) => ({ id: t.id({ description: 'Global id it had.', resolve: ({ id }) => PolicyId.encode(id) }) }),
});

const PolicyConditionInput = builder.inputType('PolicyConditionInput', {
  description: 'What has to hold. Exactly one of `value` and `otherAttribute` is given.',
  fields: (t) => ({
    attribute: t.string({ description: 'Path of an attribute, such as `resource.ownerId`; see `policyActions`.' }),
    operator: t.field({ type: PolicyOperatorEnum, description: 'How it is compared.' }),
    value: t.field({
      type: 'JSON',
      required: false,
      description: 'A text, a whole number, a global id or an ISO 8601 instant, as the attribute is; a list for `IN` and `NOT_IN`.',
    }),
    otherAttribute: t.string({ required: false, description: 'An attribute of the user or the context, such as `user.id`.' }),
  }),
});

const PolicyPrincipalsInput = builder.inputType('PolicyPrincipalsInput', {
  description: 'Whom a policy is for: whoever is in one of the lists, and everybody when all are empty.',
  fields: (t) => ({
    roles: t.stringList({ required: false, description: 'Names of roles.' }),
    families: t.stringList({ required: false, description: 'Role families, for all roles in them now and later.' }),
    users: t.idList({ required: false, description: 'Global ids of users.' }),
  }),
});

export const PolicyInput = builder.inputType('PolicyInput', {
  description: 'A policy. Everything is checked against the types of the graph before it is kept.',
  fields: (t) => ({
    description: t.string({ description: 'What it is for, 1 to 300 characters.' }),
    effect: t.field({ type: PolicyEffectEnum, description: 'What it does.' }),
    actions: t.stringList({ description: 'What it is about: of `policyActions`, or all of a group as `booking:*`.' }),
    resources: t.stringList({ description: 'Types of the graph it is about, such as `Booking`.' }),
    principals: t.field({ type: PolicyPrincipalsInput, required: false, description: 'Whom it is for; everybody unless said.' }),
    conditions: t.field({ type: [PolicyConditionInput], required: false, description: 'All of which must hold, 20 at most.' }),
  }),
});

builder.queryFields((t) => ({
  policies: t.connection(
    {
      type: PolicyRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      description: 'The policies of your company, newest first.',
      resolve: (_root, args, { request, services }) => services.policies.list(request, args),
    },
    { name: 'PolicyConnection', description: 'A page of policies.' },
    { name: 'PolicyEdge', description: 'A policy in a page.' },
  ),
  policy: t.field({
    type: PolicyRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    description: 'A policy by its id; null for an unknown one.',
    args: { id: t.arg.id({ description: 'Global id of the policy.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = PolicyId.decode(id);
      return uuid === null ? null : services.policies.find(request, uuid);
    },
  }),
  policyActions: t.field({
    type: [PolicyActionRef],
    nullable: true,
    requiresScopes: [['users:manage']],
    description: 'Everything that policies can be about, and what their conditions can look at.',
    resolve: () => [...POLICY_ACTIONS],
  }),
}));

const CHANGE_ERRORS = [ForbiddenError, UnauthenticatedError, StepUpRequiredError];

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the policy.' });
  return {
    createPolicy: t.field({
      type: PolicyRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [ValidationError, ConflictError, ...CHANGE_ERRORS] },
      description: 'Makes a policy, which is enforced within a second.',
      args: { input: t.arg({ type: PolicyInput, description: 'The policy.' }) },
      resolve: (_root, { input }, { request, services }) => services.policies.create(request, input),
    }),
    updatePolicy: t.field({
      type: PolicyRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [ValidationError, NotFoundError, ConflictError, ...CHANGE_ERRORS] },
      description: 'Puts another policy in the place of one.',
      args: { id, input: t.arg({ type: PolicyInput, description: 'What it is from now on, whole.' }) },
      resolve: (_root, { id: policyId, input }, { request, services }) =>
        services.policies.update(request, PolicyId.require(policyId), input),
    }),
    setPolicyEnabled: t.field({
      type: PolicyRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [NotFoundError, ConflictError, ...CHANGE_ERRORS] },
      description: 'Enforces a policy, or no longer.',
      args: { id, enabled: t.arg.boolean({ description: 'Whether it is enforced.' }) },
      resolve: (_root, { id: policyId, enabled }, { request, services }) =>
        services.policies.setEnabled(request, PolicyId.require(policyId), enabled),
    }),
    deletePolicy: t.field({
      type: PolicyDeletedRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [NotFoundError, ...CHANGE_ERRORS] },
      description: 'Does away with a policy. What it decided stays in the access log.',
      args: { id },
      resolve: async (_root, { id: policyId }, { request, services }) => {
        const uuid = PolicyId.require(policyId);
        await services.policies.remove(request, uuid);
        return { id: uuid };
      },
    }),
  };
});
