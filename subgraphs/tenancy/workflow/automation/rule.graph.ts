import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { AutomationRuleId } from '../../ids.js';
import type { RuleRow, RuleRunRow } from './rule.store.js';

const RunStatusEnum = builder.enumType('AutomationRunStatus', {
  description: 'What came of following a rule.',
  values: {
    DONE: { description: 'All of it was done.' },
    INCOMPLETE: { description: 'Some of it could not be done.' },
    REFUSED: { description: 'Too many rules had caused one another.' },
  } satisfies Record<RuleRunRow['status'], { description: string }>,
});

const RuleRunRef = builder.objectRef<RuleRunRow>('AutomationRun').implement({
  description: 'That a rule was followed.',
  fields: (t) => ({
    status: t.expose('status', { type: RunStatusEnum, description: 'What came of it.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why not all of it was done.' }),
    ranAt: t.expose('ranAt', { type: 'DateTime', description: 'When.' }),
  }),
});

const RuleRef = builder.objectRef<RuleRow>('AutomationRule').implement({
  description: 'What is done by itself when something happens.',
  requiresScopes: [['workflows:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => AutomationRuleId.encode(id) }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    event: t.exposeString('event', { description: 'What it is for, such as `booking.cancelled`.' }),
    condition: t.exposeString('condition', { nullable: true, description: 'When it is followed; always without one.' }),
    actions: t.field({ type: 'JSON', description: 'What is done.', resolve: ({ actions }) => actions }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'Whether it is followed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    runs: t.field({
      type: [RuleRunRef],
      nullable: true,
      description: 'When it was followed, the newest fifty.',
      resolve: (rule, _args, { request, services }) => services.workflows.automation.runs(request, rule),
    }),
  }),
});

const AutomationRuleInput = builder.inputType('AutomationRuleInput', {
  description: 'A rule: event, condition, actions.',
  fields: (t) => ({
    name: t.string({ description: 'What people call it.' }),
    event: t.string({ description: 'What it is for, such as `booking.cancelled`.' }),
    condition: t.string({ required: false, description: "When it is followed, such as `event.reason == 'ill'`; always without one." }),
    actions: t.field({ type: 'JSON', description: 'What is done: a list of `NOTIFY`, `GRANT_ROLE` and `START_WORKFLOW`.' }),
  }),
});

const draftOf = ({ condition, ...rule }: typeof AutomationRuleInput.$inferInput) => ({ ...rule, condition: condition ?? null });

builder.queryFields((t) => ({
  automationRules: t.field({
    type: [RuleRef],
    nullable: true,
    requiresScopes: [['workflows:read']],
    description: "Your company's rules, oldest first.",
    resolve: (_root, _args, { request, services }) => services.workflows.automation.list(request),
  }),
}));

builder.mutationFields((t) => ({
  createAutomationRule: t.field({
    type: RuleRef,
    nullable: true,
    requiresScopes: [['workflows:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Makes a rule, which is followed from now on.',
    args: { input: t.arg({ type: AutomationRuleInput, description: 'The rule.' }) },
    resolve: (_root, { input }, { request, services }) => services.workflows.automation.create(request, draftOf(input)),
  }),
  updateAutomationRule: t.field({
    type: RuleRef,
    nullable: true,
    requiresScopes: [['workflows:manage']],
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Puts another rule in the place of one.',
    args: {
      id: t.arg.id({ description: 'Global id of the rule.' }),
      input: t.arg({ type: AutomationRuleInput, description: 'What it is from now on.' }),
    },
    resolve: (_root, { id, input }, { request, services }) =>
      services.workflows.automation.update(request, AutomationRuleId.require(id), draftOf(input)),
  }),
  setAutomationRuleEnabled: t.field({
    type: RuleRef,
    nullable: true,
    requiresScopes: [['workflows:manage']],
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Lets a rule be followed, or no longer.',
    args: {
      id: t.arg.id({ description: 'Global id of the rule.' }),
      isEnabled: t.arg.boolean({ description: 'Whether it is followed.' }),
    },
    resolve: (_root, { id, isEnabled }, { request, services }) =>
      services.workflows.automation.setEnabled(request, AutomationRuleId.require(id), isEnabled),
  }),
}));
