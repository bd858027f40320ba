import { builder } from '../builder.js';
import { AuditActionEnum, AuditFilterInput, AuditOutcomeEnum, filterIn } from './audit.graph.js';
import type { AuditSummary } from './audit.store.js';

const CountRef = {
  action: builder.objectRef<AuditSummary['byAction'][number]>('AuditActionCount').implement({
    description: 'How many entries are of a kind.',
    fields: (t) => ({
      action: t.expose('action', { type: AuditActionEnum, description: 'The kind.' }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  }),
  outcome: builder.objectRef<AuditSummary['byOutcome'][number]>('AuditOutcomeCount').implement({
    description: 'How many entries have an outcome.',
    fields: (t) => ({
      outcome: t.expose('outcome', { type: AuditOutcomeEnum, description: 'The outcome.' }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  }),
  day: builder.objectRef<AuditSummary['byDay'][number]>('AuditDayCount').implement({
    description: 'How many entries are of a day.',
    fields: (t) => ({
      day: t.exposeString('day', { description: 'The day in UTC, such as `2026-03-01`.' }),
      count: t.exposeInt('count', { description: 'How many.' }),
    }),
  }),
};

const AuditSummaryRef = builder.objectRef<AuditSummary>('AuditSummary').implement({
  description: 'The audit trail in numbers. Each breakdown adds up to the total.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'How many entries there are.' }),
    byAction: t.field({
      type: [CountRef.action],
      description: 'By kind.',
      resolve: ({ byAction }) => [...byAction],
    }),
    byOutcome: t.field({
      type: [CountRef.outcome],
      description: 'By outcome.',
      resolve: ({ byOutcome }) => [...byOutcome],
    }),
    byDay: t.field({
      type: [CountRef.day],
      description: 'By day, the newest first; at most the newest 366 that have any.',
      resolve: ({ byDay }) => [...byDay],
    }),
  }),
});

builder.queryField('auditSummary', (t) =>
  t.field({
    type: AuditSummaryRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:audit:read']],
    description: "Your company's audit trail in numbers, and for platform staff every company's.",
    args: { filter: t.arg({ type: AuditFilterInput, required: false, description: 'Of which entries; of all when left out.' }) },
    resolve: (_root, { filter }, { request, services }) => services.audit.summarize(request, filterIn(filter ?? {})),
  }),
);
