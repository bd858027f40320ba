import { ConflictError, ForbiddenError, InvalidTransitionError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { isUuid } from '../../../_kernel/request/ids.js';
import { UserId } from '../../../identity/ids.js';
import { builder } from '../../builder.js';
import { WorkflowCommentId, WorkflowRunId } from '../../ids.js';
import { objectIn } from '../definition/definition.graph.js';
import { stepOf, type WorkflowStep } from '../definition/definition.js';
import type { FormSchema } from '../definition/form.js';
import type { HistoryEntry, RunStatus } from './entry.js';
import type { MigrationResult } from './run-migration.service.js';
import type { AllowedTransition } from './run.service.js';
import type { CommentRow, RunRow } from './run.store.js';
import { stateOf } from './run-writer.js';

/** People by their global ids; what else acts, by its name. */
const actorIdIn = (id: string | null): string | null => (id !== null && isUuid(id) ? UserId.encode(id) : id);

export const RunStatusEnum = builder.enumType('WorkflowRunStatus', {
  description: 'Whether a workflow is at work.',
  values: {
    RUNNING: { description: 'It is at work.' },
    ENDED: { description: 'It has come to an end of its own.' },
    CANCELLED: { description: 'Somebody called it off.' },
  } satisfies Record<RunStatus, { description: string }>,
});

const StepRef = builder.objectRef<{ readonly step: WorkflowStep; readonly form: FormSchema | null }>('WorkflowStep').implement({
  description: 'A step of a workflow.',
  fields: (t) => ({
    key: t.string({ description: 'Its key.', resolve: ({ step }) => step.key }),
    name: t.string({ description: 'What people call it.', resolve: ({ step }) => step.name }),
    type: t.string({ description: 'Its kind, such as `FORM`.', resolve: ({ step }) => step.type }),
    description: t.string({ nullable: true, description: 'What is to be done.', resolve: ({ step }) => step.description ?? null }),
    formSchema: t.field({
      type: 'JSON',
      nullable: true,
      description: 'JSON Schema of what is submitted; null where nothing is described so.',
      resolve: ({ form }) => form,
    }),
  }),
});

const TransitionRef = builder.objectRef<AllowedTransition>('WorkflowTransition').implement({
  description: 'What you can do now.',
  fields: (t) => ({
    outcome: t.exposeString('outcome', { description: 'The word to submit.' }),
    to: t.exposeString('to', { nullable: true, description: 'Key of the step it leads to; null where that depends on what is submitted.' }),
  }),
});

const EntryRef = builder.objectRef<HistoryEntry>('WorkflowHistoryEntry').implement({
  description: 'One thing that happened in a run. It never changes.',
  fields: (t) => ({
    sequence: t.exposeInt('sequence', { description: 'Counted from 1, without gaps.' }),
    kind: t.string({ description: 'What happened, such as `ACTED` or `MOVED`.', resolve: ({ kind }) => kind }),
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => new Date(at) }),
    actorId: t.id({ nullable: true, description: 'Who did it; null for nobody.', resolve: ({ actor }) => actorIdIn(actor.id) }),
    from: t.string({ nullable: true, description: 'Step it left.', resolve: (entry) => (entry.kind === 'MOVED' ? entry.from : null) }),
    to: t.string({ nullable: true, description: 'Step it came to.', resolve: (entry) => ('roles' in entry && 'step' in entry ? entry.step : null) }),
    outcome: t.string({
      nullable: true,
      description: 'With which word a step, or the whole, ended.',
      resolve: (entry) => ('outcome' in entry ? entry.outcome : 'on' in entry ? entry.on : null),
    }),
    comment: t.string({ nullable: true, description: 'What whoever acted said to it.', resolve: (entry) => (entry.kind === 'ACTED' ? entry.comment : null) }),
    onBehalfOfId: t.id({
      nullable: true,
      description: 'For whom it was done, where the task was delegated.',
      resolve: (entry) => (entry.kind === 'ACTED' ? actorIdIn(entry.onBehalfOf) : null),
    }),
    details: t.field({ type: 'JSON', description: 'All that is known of it.', resolve: (entry) => entry }),
  }),
});

const CommentRef = builder.objectRef<CommentRow>('WorkflowComment').implement({
  description: 'What somebody said about a run.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => WorkflowCommentId.encode(id) }),
    authorId: t.id({ description: 'Who said it.', resolve: ({ authorId }) => actorIdIn(authorId) ?? authorId }),
    text: t.exposeString('text', { description: 'What she said.' }),
    mentions: t.idList({ description: 'To whom.', resolve: ({ mentions }) => mentions.map((id) => UserId.encode(id)) }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
});

export const RunRef = builder.objectRef<RunRow>('WorkflowRun').implement({
  description: 'A workflow at work on something, in the version it was started with.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => WorkflowRunId.encode(id) }),
    workflow: t.exposeString('key', { description: 'Key of the workflow.' }),
    name: t.string({ description: 'What people call the workflow.', resolve: ({ version }) => version.name }),
    version: t.int({ description: 'Version of the workflow.', resolve: ({ version }) => version.version }),
    entityType: t.exposeString('entityType', { description: 'What it is about.' }),
    entityId: t.exposeID('entityId', { description: 'Global id of that.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'Whether it is at work.' }),
    outcome: t.exposeString('outcome', { nullable: true, description: 'How it ended; null until then.' }),
    revision: t.exposeInt('revision', { description: 'Counts what has happened; to be given with what you do.' }),
    step: t.field({
      type: StepRef,
      nullable: true,
      description: 'Where it stands.',
      resolve: (run, _args, { services }) => {
        const { definition, types } = services.workflows.blueprints.of(run.version);
        const step = stepOf(definition, run.step);
        const type = step && types.get(step.type);
        return step && type ? { step, form: type.formOf?.(type.config.parse(step.config)) ?? null } : null;
      },
    }),
    assigneeId: t.id({ nullable: true, description: 'Whose task it is; null while it is that of everybody in its roles.', resolve: ({ assigneeId }) => actorIdIn(assigneeId) }),
    roles: t.stringList({ description: 'Roles whose task it is.', resolve: ({ roles }) => roles }),
    starterId: t.id({ nullable: true, description: 'Who started it.', resolve: ({ starterId }) => actorIdIn(starterId) }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: 'Until when its task is to be done.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was started.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When something last happened in it.' }),
    input: t.field({ type: 'JSON', description: 'What it was started with.', resolve: (run) => stateOf(run).input }),
    data: t.field({ type: 'JSON', description: 'What its steps were given, by their keys.', resolve: (run) => stateOf(run).steps }),
    allowedTransitions: t.field({
      type: [TransitionRef],
      description: 'What you can do now; empty when it is not your turn.',
      resolve: (run, _args, { request, services }) => services.workflows.runs.allowed(request, run),
    }),
    history: t.field({
      type: [EntryRef],
      nullable: true,
      description: 'All that has happened, in order.',
      resolve: (run, _args, { request, services }) => services.workflows.runs.history(request, run),
    }),
    comments: t.field({
      type: [CommentRef],
      nullable: true,
      description: 'What was said about it, oldest first.',
      resolve: (run, _args, { request, services }) => services.workflows.runs.comments(request, run),
    }),
  }),
});

const MigrationResultRef = builder.objectRef<MigrationResult>('WorkflowMigrationResult').implement({
  description: 'What became, or would become, of one run.',
  fields: (t) => ({
    runId: t.id({ description: 'The run.', resolve: ({ runId }) => WorkflowRunId.encode(runId) }),
    fromStep: t.exposeString('fromStep', { description: 'Where it stood.' }),
    toStep: t.exposeString('toStep', { nullable: true, description: 'Where it goes on; null when it stays.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it stays.' }),
  }),
});

const MigrationRef = builder.objectRef<readonly MigrationResult[]>('WorkflowMigration').implement({
  description: 'What became, or would become, of the runs of a workflow in another version.',
  fields: (t) => ({
    results: t.field({ type: [MigrationResultRef], description: 'Run by run; two hundred at once.', resolve: (results) => results }),
  }),
});

const StartWorkflowInput = builder.inputType('StartWorkflowInput', {
  description: 'What to start on what.',
  fields: (t) => ({
    workflow: t.string({ description: 'Key of the workflow.' }),
    entityType: t.string({ description: 'What it is about, as the workflow says.' }),
    entityId: t.id({ description: 'Global id of that.' }),
    input: t.field({ type: 'JSON', required: false, description: 'What it is started with; `userId` names the person it is about.' }),
  }),
});

const SubmitWorkflowStepInput = builder.inputType('SubmitWorkflowStepInput', {
  description: 'How a step ends.',
  fields: (t) => ({
    runId: t.id({ description: 'The run.' }),
    revision: t.int({ description: 'The revision you have seen: refused when something has happened since.' }),
    outcome: t.string({ description: 'One of the words the step can end with.' }),
    data: t.field({ type: 'JSON', required: false, description: 'What the step asks for.' }),
    comment: t.string({ required: false, description: 'What you say to it.' }),
  }),
});

const StepMappingInput = builder.inputType('WorkflowStepMappingInput', {
  description: 'A step that takes the place of another.',
  fields: (t) => ({
    from: t.string({ description: 'Key of the step a run is in.' }),
    to: t.string({ description: 'Key of the step it goes on in.' }),
  }),
});

const MigrateWorkflowRunsInput = builder.inputType('MigrateWorkflowRunsInput', {
  description: 'Which runs to take where.',
  fields: (t) => ({
    workflow: t.string({ description: 'Key of the workflow.' }),
    toVersion: t.int({ description: 'The version to take them to.' }),
    steps: t.field({ type: [StepMappingInput], required: false, description: 'Steps that have other names there.' }),
    dryRun: t.boolean({ description: 'Only say what would become of them.' }),
  }),
});

builder.queryFields((t) => ({
  workflowRun: t.field({
    type: RunRef,
    nullable: true,
    authenticated: true,
    description: 'A run; null when it is not there or you have nothing to do with it.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, args, { request, services }) => {
      const id = WorkflowRunId.decode(args.id);
      return id === null ? null : services.workflows.runs.find(request, id);
    },
  }),
  workflowRuns: t.connection(
    {
      type: RunRef,
      nullable: true,
      requiresScopes: [['workflows:read'], ['platform:tenants:read']],
      description: 'Runs, newest first.',
      args: {
        workflow: t.arg.string({ required: false, description: 'Only of this workflow.' }),
        entityType: t.arg.string({ required: false, description: 'Only about things of this type.' }),
        entityId: t.arg.id({ required: false, description: 'Only about this.' }),
        status: t.arg({ type: RunStatusEnum, required: false, description: 'Only those that stand so.' }),
      },
      resolve: (_root, { workflow, entityType, entityId, status, ...page }, { request, services }) =>
        services.workflows.runs.list(request, page, {
          workflow: workflow ?? undefined,
          entityType: entityType ?? undefined,
          entityId: entityId ?? undefined,
          status: status ?? undefined,
        }),
    },
    { name: 'WorkflowRunConnection', description: 'A page of runs.' },
    { name: 'WorkflowRunEdge', description: 'A run in a page.' },
  ),
  myWorkflowTasks: t.connection(
    {
      type: RunRef,
      nullable: true,
      authenticated: true,
      description: 'Runs that wait for you, or for anybody in one of your roles, newest first.',
      resolve: (_root, page, { request, services }) => services.workflows.runs.tasks(request, page),
    },
    { name: 'WorkflowTaskConnection', description: 'A page of runs that wait for you.' },
    { name: 'WorkflowTaskEdge', description: 'A run that waits for you.' },
  ),
}));

builder.mutationFields((t) => {
  const id = () => t.arg.id({ description: 'Global id of the run.' });
  const errors = { types: [NotFoundError, ForbiddenError, ConflictError, InvalidTransitionError] };
  return {
    startWorkflow: t.field({
      type: RunRef,
      nullable: true,
      requiresScopes: [['workflows:start'], ['platform:tenants:manage']],
      errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError] },
      description: 'Starts the newest version of a workflow on something.',
      args: { input: t.arg({ type: StartWorkflowInput, description: 'What to start on what.' }) },
      resolve: (_root, { input }, { request, services }) =>
        services.workflows.runs.start(request, { ...input, input: objectIn('input', input.input) }),
    }),
    submitWorkflowStep: t.field({
      type: RunRef,
      nullable: true,
      authenticated: true,
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, ConflictError, InvalidTransitionError] },
      description: 'Ends the step that a run is in, if it is your task.',
      args: { input: t.arg({ type: SubmitWorkflowStepInput, description: 'How it ends.' }) },
      resolve: (_root, { input: { runId, revision, outcome, data, comment } }, { request, services }) =>
        services.workflows.runs.act(request, WorkflowRunId.require(runId), revision, {
          outcome,
          data: objectIn('data', data),
          comment: comment ?? null,
        }),
    }),
    claimWorkflowTask: t.field({
      type: RunRef,
      nullable: true,
      authenticated: true,
      errors,
      description: 'Takes a task of one of your roles for yourself.',
      args: { id: id() },
      resolve: (_root, args, { request, services }) => services.workflows.runs.claim(request, WorkflowRunId.require(args.id)),
    }),
    releaseWorkflowTask: t.field({
      type: RunRef,
      nullable: true,
      authenticated: true,
      errors,
      description: 'Gives your task back to everybody in its roles.',
      args: { id: id() },
      resolve: (_root, args, { request, services }) => services.workflows.runs.release(request, WorkflowRunId.require(args.id)),
    }),
    delegateWorkflowTask: t.field({
      type: RunRef,
      nullable: true,
      authenticated: true,
      errors: { types: [ValidationError, ...errors.types] },
      description: 'Hands your task to a colleague, who does it in your name.',
      args: { id: id(), to: t.arg.id({ description: 'Global id of the user.' }) },
      resolve: (_root, args, { request, services }) =>
        services.workflows.runs.delegate(request, WorkflowRunId.require(args.id), UserId.require(args.to)),
    }),
    cancelWorkflow: t.field({
      type: RunRef,
      nullable: true,
      authenticated: true,
      errors: { types: [ValidationError, ...errors.types] },
      description: 'Calls a workflow off that you have started, or if you manage workflows.',
      args: { id: id(), reason: t.arg.string({ description: 'Why.' }) },
      resolve: (_root, { id: runId, reason }, { request, services }) =>
        services.workflows.runs.cancel(request, WorkflowRunId.require(runId), reason),
    }),
    commentOnWorkflow: t.field({
      type: CommentRef,
      nullable: true,
      authenticated: true,
      errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
      description: 'Says something about a run. Those you mention are told by mail.',
      args: {
        id: id(),
        text: t.arg.string({ description: 'What you say.' }),
        mentions: t.arg.idList({ required: false, description: 'Global ids of users.' }),
      },
      resolve: (_root, { id: runId, text, mentions }, { request, services }) =>
        services.workflows.runs.comment(request, WorkflowRunId.require(runId), {
          text,
          mentions: (mentions ?? []).map((mention) => UserId.require(mention)),
        }),
    }),
    migrateWorkflowRuns: t.field({
      type: MigrationRef,
      nullable: true,
      requiresScopes: [['workflows:manage'], ['platform:tenants:manage']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
      description: 'Takes runs that are at work to another version of their workflow, each that can.',
      args: { input: t.arg({ type: MigrateWorkflowRunsInput, description: 'Which runs, and where.' }) },
      resolve: (_root, { input }, { request, services }) =>
        services.workflows.migrations.migrate(request, { ...input, steps: input.steps ?? [] }),
    }),
  };
});
