import { builder } from '../builder.js';
import type { ErrorGroupRow, SlowOperationRow } from './error-report.store.js';

const ErrorGroupRef = builder.objectRef<ErrorGroupRow>('ErrorGroup').implement({
  description: 'Errors that are the same one, counted.',
  requiresScopes: [['platform:metrics:read']],
  fields: (t) => ({
    fingerprint: t.exposeString('fingerprint', { description: 'Of what they have in common.' }),
    source: t.exposeString('source', { description: '`client`, or the subgraph in which they came up.' }),
    name: t.exposeString('name', { description: 'Kind of the error, such as `TypeError`.' }),
    message: t.exposeString('message', { description: 'What it says, without whatever differs from one to the next.' }),
    place: t.exposeString('place', { description: 'Where it came up: function and file.' }),
    count: t.float({ description: 'How many there were.', resolve: ({ count }) => Number(count) }),
    firstSeenAt: t.expose('firstSeenAt', { type: 'DateTime', description: 'When the first was seen.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When the last was.' }),
  }),
});

const SlowOperationRef = builder.objectRef<SlowOperationRow>('SlowOperation').implement({
  description: 'An operation that took a second or longer.',
  requiresScopes: [['platform:metrics:read']],
  fields: (t) => ({
    source: t.exposeString('source', { description: '`client`, or the subgraph that it ran in.' }),
    name: t.exposeString('name', { description: 'Name of the operation.' }),
    count: t.float({ description: 'How often it did.', resolve: ({ count }) => Number(count) }),
    averageMs: t.float({ description: 'How long it took then, in milliseconds.', resolve: ({ count, totalMs }) => Number(totalMs) / Number(count) }),
    longestMs: t.exposeInt('longestMs', { description: 'How long at the longest, in milliseconds.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it last did.' }),
  }),
});

builder.queryFields((t) => ({
  errorGroups: t.connection(
    {
      type: ErrorGroupRef,
      nullable: true,
      requiresScopes: [['platform:metrics:read']],
      description: 'What breaks, in clients and subgraphs, that seen last first; kept for 90 days.',
      args: { source: t.arg.string({ required: false, description: 'Only there: `client`, or a subgraph.' }) },
      resolve: (_root, { source, ...page }, { request, services }) => services.errorReports.groups(request, page, source ?? undefined),
    },
    { name: 'ErrorGroupConnection', description: 'A page of error groups.' },
    { name: 'ErrorGroupEdge', description: 'An error group in a page.' },
  ),
  slowOperations: t.field({
    type: [SlowOperationRef],
    nullable: true,
    requiresScopes: [['platform:metrics:read']],
    description: 'The hundred operations that took longest; kept for 90 days.',
    resolve: async (_root, _args, { request, services }) => [...(await services.errorReports.slowest(request))],
  }),
}));
