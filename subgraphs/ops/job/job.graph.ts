import { ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { JOB_STATUSES } from '../../_kernel/jobs/job.js';
import { builder } from '../builder.js';
import { JobId } from '../ids.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import type { JobRow, QueueFigures } from './job.store.js';

const JobStatusEnum = builder.enumType('JobStatus', {
  description: 'How far a job has come.',
  values: {
    PENDING: { description: 'It is to be done; it may have been attempted already.' },
    DONE: { description: 'It is done.' },
    DEAD: { description: 'Given up: refused for good, or attempted too often in vain.' },
  } satisfies Record<(typeof JOB_STATUSES)[number], { description: string }>,
});

const JobRef = builder.objectRef<JobRow>('Job').implement({
  description: 'Work that the platform does by itself. What it was told is not shown.',
  requiresScopes: [['platform:incidents:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => JobId.encode(id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company it is done for.', resolve: tenantOf }),
    queue: t.exposeString('queue', { description: 'The subgraph that does it.' }),
    kind: t.exposeString('kind', { description: 'What is to be done, such as `ops.deliver_webhook`.' }),
    status: t.expose('status', { type: JobStatusEnum, description: 'How far it has come.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was attempted.' }),
    failure: t.exposeString('failure', { nullable: true, description: 'Why the last attempt failed; null when none has.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: 'When it is attempted next; null once it is done or given up.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it was done or given up.' }),
  }),
});

const JobQueueRef = builder.objectRef<QueueFigures>('JobQueue').implement({
  description: 'How much work of one kind there is.',
  requiresScopes: [['platform:metrics:read'], ['platform:incidents:read']],
  fields: (t) => ({
    queue: t.exposeString('queue', { description: 'The subgraph that does it.' }),
    kind: t.exposeString('kind', { description: 'What is to be done.' }),
    pending: t.exposeInt('pending', { description: 'Jobs that are not done yet.' }),
    due: t.exposeInt('due', { description: 'Those of them that wait for a worker.' }),
    running: t.exposeInt('running', { description: 'Those of them that are under way.' }),
    dead: t.exposeInt('dead', { description: 'Jobs given up.' }),
    oldestDueSeconds: t.exposeFloat('oldestDueSeconds', {
      nullable: true,
      description: 'How long the one that waits longest has waited; null when none does.',
    }),
  }),
});

builder.queryFields((t) => ({
  deadLetters: t.connection(
    {
      type: JobRef,
      nullable: true,
      requiresScopes: [['platform:incidents:read']],
      description: 'Jobs given up, those that died last first.',
      args: { kind: t.arg.string({ required: false, description: 'Only those of this kind.' }) },
      resolve: (_root, { kind, ...page }, { request, services }) => services.jobs.listDead(request, page, kind ?? undefined),
    },
    { name: 'JobConnection', description: 'A page of jobs.' },
    { name: 'JobEdge', description: 'A job in a page.' },
  ),
  jobQueues: t.field({
    type: [JobQueueRef],
    nullable: true,
    requiresScopes: [['platform:metrics:read'], ['platform:incidents:read']],
    description: 'How much work there is, by kind, and how long it has waited.',
    resolve: async (_root, _args, { request, services }) => [...(await services.jobs.queues(request))],
  }),
}));

builder.mutationFields((t) => ({
  requeueJob: t.field({
    type: JobRef,
    nullable: true,
    requiresScopes: [['platform:incidents:manage']],
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Has a job that was given up attempted anew.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => services.jobs.requeue(request, JobId.require(id)),
  }),
  dismissJob: t.field({
    type: JobRef,
    nullable: true,
    requiresScopes: [['platform:incidents:manage']],
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Forgets a job that was given up.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => services.jobs.dismiss(request, JobId.require(id)),
  }),
}));
