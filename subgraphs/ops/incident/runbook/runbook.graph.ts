import { builder } from '../../builder.js';
import type { CHECKLIST_STATES, ChecklistItem } from './launch-checklist.service.js';
import { RUNBOOKS, type Runbook } from './runbook.js';

const READ: ['settings:read' | 'platform:incidents:read'][] = [['settings:read'], ['platform:incidents:read']];

const RunbookRef = builder.objectRef<Runbook>('Runbook').implement({
  description: 'What to do about incidents of a type, to be read beforehand.',
  fields: (t) => ({
    incidentType: t.exposeString('type', { description: 'The type.' }),
    title: t.exposeString('title', { description: 'Its name in words.' }),
    markdown: t.exposeString('markdown', { description: 'What to do, in Markdown.' }),
  }),
});

const ChecklistStateEnum = builder.enumType('LaunchChecklistState', {
  description: 'Whether something is as it must be.',
  values: {
    PASS: { description: 'It is.' },
    FAIL: { description: 'It is not.' },
    MANUAL: { description: 'Only a person can tell.' },
  } satisfies Record<(typeof CHECKLIST_STATES)[number], { description: string }>,
});

const ChecklistItemRef = builder.objectRef<ChecklistItem>('LaunchChecklistItem').implement({
  description: 'Something that must be so before real companies come.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its name for programs.' }),
    title: t.exposeString('title', { description: 'What must be so.' }),
    state: t.expose('state', { type: ChecklistStateEnum, description: 'Whether it is.' }),
  }),
});

builder.queryFields((t) => ({
  runbooks: t.field({
    type: [RunbookRef],
    nullable: true,
    requiresScopes: READ,
    description: 'Every runbook.',
    resolve: () => [...RUNBOOKS],
  }),
  runbook: t.field({
    type: RunbookRef,
    nullable: true,
    requiresScopes: READ,
    description: 'What to do about incidents of a type; null for a type without a runbook.',
    args: { incidentType: t.arg.string({ description: 'An `AuthIncidentType` or a registered type.' }) },
    resolve: (_root, { incidentType }) => RUNBOOKS.find(({ type }) => type === incidentType) ?? null,
  }),
  launchChecklist: t.field({
    type: [ChecklistItemRef],
    nullable: true,
    requiresScopes: [['platform:incidents:read']],
    description: 'What must be so before real companies come, in order.',
    resolve: async (_root, _args, { request, services }) => [...(await services.launchChecklist.items(request))],
  }),
}));
