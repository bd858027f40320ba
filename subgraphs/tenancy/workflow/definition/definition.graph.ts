import { ForbiddenError, NotFoundError, ValidationError, type FieldIssue } from '../../../_kernel/errors/domain-error.js';
import type { Permission } from '../../../_kernel/wire/permissions.js';
import { builder } from '../../builder.js';
import type { Simulation } from '../instance/simulate.js';
import type { Workflow } from './definition.service.js';
import type { DefinitionChange } from './diff.js';

const READS: Permission[][] = [['workflows:read'], ['platform:tenants:read']];
const MANAGES: Permission[][] = [['workflows:manage'], ['platform:tenants:manage']];

const WorkflowOriginEnum = builder.enumType('WorkflowOrigin', {
  description: 'Whose a workflow is.',
  values: {
    PLATFORM: { description: 'Of the platform, the same for every company.' },
    TENANT: { description: "The company's own." },
  } satisfies Record<Workflow['origin'], { description: string }>,
});

const WorkflowRef = builder.objectRef<Workflow>('WorkflowDefinition').implement({
  description: 'A workflow as it was published, which never changes: its steps, and how one leads to another.',
  requiresScopes: READS,
  fields: (t) => ({
    key: t.exposeString('key', { description: 'What it is called by.' }),
    version: t.exposeInt('version', {
      nullable: true,
      description: "Counted from 1; null of one of the platform's that was never started here.",
    }),
    name: t.string({ description: 'What people call it.', resolve: ({ definition }) => definition.name }),
    entityType: t.string({ description: 'What it is about, such as `Provider`.', resolve: ({ definition }) => definition.entityType }),
    origin: t.expose('origin', { type: WorkflowOriginEnum, description: 'Whose it is.' }),
    definition: t.field({
      type: 'JSON',
      description: 'The whole of it, as `publishWorkflow` takes it.',
      resolve: ({ definition }) => definition,
    }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', nullable: true, description: 'When it was published here.' }),
  }),
});

const DefinitionProblemRef = builder.objectRef<FieldIssue>('WorkflowDefinitionProblem').implement({
  description: 'Something that keeps a definition from being published.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Where it is, such as `steps.2.config.schema`.' }),
    message: t.exposeString('message', { description: 'What is wrong there.' }),
  }),
});

const ChangeKindEnum = builder.enumType('WorkflowChangeKind', {
  description: 'How something differs between two versions.',
  values: {
    ADDED: { description: 'It is there only in the later one.' },
    REMOVED: { description: 'It is there only in the earlier one.' },
    CHANGED: { description: 'It is there in both, differently.' },
  } satisfies Record<DefinitionChange['change'], { description: string }>,
});

const ChangedPartEnum = builder.enumType('WorkflowChangedPart', {
  description: 'What differs between two versions.',
  values: {
    STEP: { description: 'A step, by its key.' },
    TRANSITION: { description: 'A transition, as `from -OUTCOME-> to`.' },
    PROPERTY: { description: 'Something of the whole.' },
  } satisfies Record<DefinitionChange['what'], { description: string }>,
});

const DefinitionChangeRef = builder.objectRef<DefinitionChange>('WorkflowDefinitionChange').implement({
  description: 'One way in which a version differs from another.',
  fields: (t) => ({
    change: t.expose('change', { type: ChangeKindEnum, description: 'How it differs.' }),
    what: t.expose('what', { type: ChangedPartEnum, description: 'What differs.' }),
    name: t.exposeString('name', { description: 'Which one.' }),
    properties: t.stringList({ description: 'What of it differs; empty for what was added or removed.', resolve: ({ properties }) => [...properties] }),
  }),
});

const SimulationRef = builder.objectRef<Simulation>('WorkflowSimulation').implement({
  description: 'What would happen, without anything having happened.',
  fields: (t) => ({
    path: t.stringList({ description: 'Keys of the steps, in the order it comes to them.', resolve: ({ path }) => [...path] }),
    step: t.string({ description: 'Where it stands when there is nothing more to do.', resolve: ({ state }) => state.step }),
    outcome: t.string({ nullable: true, description: 'How it ended; null when it has not.', resolve: ({ state }) => state.outcome }),
    minutes: t.exposeInt('minutes', { description: 'How long its timers would take.' }),
  }),
});

const SimulatedActInput = builder.inputType('SimulatedActInput', {
  description: 'What is done at a task.',
  fields: (t) => ({
    outcome: t.string({ description: 'The word it ends with.' }),
    data: t.field({ type: 'JSON', required: false, description: 'What is submitted; nothing when left out.' }),
  }),
});

const SimulateWorkflowInput = builder.inputType('SimulateWorkflowInput', {
  description: 'A definition, and what is done in it.',
  fields: (t) => ({
    definition: t.field({ type: 'JSON', description: 'The definition.' }),
    input: t.field({ type: 'JSON', required: false, description: 'What it is started with.' }),
    acts: t.field({ type: [SimulatedActInput], description: 'What is done at one task after the other.' }),
  }),
});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object that a client has given as JSON; an empty one for nothing. @throws {ValidationError} for anything else */
export function objectIn(field: string, value: unknown): Record<string, unknown> {
  if (value == null) return {};
  if (!isObject(value)) throw ValidationError.of(field, 'must be an object');
  return value;
}

builder.queryFields((t) => ({
  workflowDefinitions: t.field({
    type: [WorkflowRef],
    nullable: true,
    requiresScopes: READS,
    description: 'The workflows that can be started, each in its newest version, by key.',
    resolve: (_root, _args, { request, services }) => services.workflows.definitions.list(request),
  }),
  workflowVersions: t.field({
    type: [WorkflowRef],
    nullable: true,
    requiresScopes: READS,
    description: 'Every version of a workflow, newest first.',
    args: { key: t.arg.string({ description: 'Its key.' }) },
    resolve: (_root, { key }, { request, services }) => services.workflows.definitions.versions(request, key),
  }),
  workflowDiff: t.field({
    type: [DefinitionChangeRef],
    nullable: true,
    requiresScopes: READS,
    description: 'How a version of a workflow differs from another.',
    args: {
      key: t.arg.string({ description: 'Its key.' }),
      from: t.arg.int({ description: 'The earlier version.' }),
      to: t.arg.int({ description: 'The later version.' }),
    },
    resolve: (_root, { key, from, to }, { request, services }) =>
      services.workflows.definitions.diff(request, key, from, to),
  }),
  checkWorkflowDefinition: t.field({
    type: [DefinitionProblemRef],
    nullable: true,
    requiresScopes: MANAGES,
    description: 'What keeps a definition from being published; empty when nothing does.',
    args: { definition: t.arg({ type: 'JSON', description: 'The definition.' }) },
    resolve: (_root, { definition }, { request, services }) => services.workflows.definitions.check(request, definition),
  }),
  simulateWorkflow: t.field({
    type: SimulationRef,
    nullable: true,
    requiresScopes: MANAGES,
    description: 'Runs a definition without anything happening.',
    args: { input: t.arg({ type: SimulateWorkflowInput, description: 'The definition, and what is done in it.' }) },
    resolve: (_root, { input: { definition, input, acts } }, { request, services }) =>
      services.workflows.definitions.simulate(
        request,
        definition,
        objectIn('input', input),
        acts.map(({ outcome, data }, at) => ({ outcome, data: objectIn(`acts.${at}.data`, data) })),
      ),
  }),
}));

builder.mutationFields((t) => ({
  publishWorkflow: t.field({
    type: WorkflowRef,
    nullable: true,
    requiresScopes: MANAGES,
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Makes a version of a workflow. It never changes; workflows that are at work stay with theirs.',
    args: { definition: t.arg({ type: 'JSON', description: 'The definition.' }) },
    resolve: (_root, { definition }, { request, services }) => services.workflows.definitions.publish(request, definition),
  }),
  resetWorkflow: t.field({
    type: WorkflowRef,
    nullable: true,
    requiresScopes: MANAGES,
    errors: { types: [NotFoundError, ForbiddenError] },
    description: "Makes the platform's definition the newest version again.",
    args: { key: t.arg.string({ description: 'Key of the workflow.' }) },
    resolve: (_root, { key }, { request, services }) => services.workflows.definitions.reset(request, key),
  }),
}));
