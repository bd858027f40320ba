import type { LiveUpdate } from '../../../_kernel/events/live-updates.js';
import { builder } from '../../builder.js';
import { WorkflowRunId } from '../../ids.js';
import { RunStatusEnum } from './run.graph.js';
import type { TaskChange } from './run-live.service.js';

const TaskChangeRef = builder.objectRef<LiveUpdate<TaskChange>>('WorkflowTaskChanged').implement({
  description: 'Something happened in a run that has a task for you.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Given as `after`, goes on behind this.' }),
    runId: t.id({ description: 'The run.', resolve: ({ runId }) => WorkflowRunId.encode(runId) }),
    step: t.exposeString('step', { description: 'Key of the step it is in.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'Whether it is at work.' }),
  }),
});

builder.subscriptionFields((t) => ({
  workflowTaskChanged: t.field({
    type: TaskChangeRef,
    nullable: true,
    authenticated: true,
    description: 'What happens in runs that have a task for you.',
    args: { after: t.arg.string({ required: false, description: 'Cursor of the last one you have seen.' }) },
    subscribe: (_root, { after }, { request, services }) => services.workflows.live.tasks(request, after),
    resolve: (changed) => changed,
  }),
}));
