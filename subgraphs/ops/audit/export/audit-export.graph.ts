import { ForbiddenError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { AuditFilterInput, filterIn } from '../audit.graph.js';
import type { AUDIT_EXPORT_FORMATS, AuditExport } from './audit-export.service.js';

const FormatEnum = builder.enumType('AuditExportFormat', {
  description: 'What the audit trail is exported as.',
  values: {
    CSV: { description: 'For spreadsheets, which run nothing that is in it.' },
    OCSF: { description: 'For security tools: an event of the Open Cybersecurity Schema Framework a line, as JSON.' },
    PROOF: {
      description: 'The whole log with its signed head, for `npm run audit:verify` and other verifiers: JSON, a document a line.',
    },
  } satisfies Record<(typeof AUDIT_EXPORT_FORMATS)[number], { description: string }>,
});

const AuditExportRef = builder.objectRef<AuditExport>('AuditExport').implement({
  description: 'A part of the audit trail as a file. The parts joined in their order are the file.',
  fields: (t) => ({
    content: t.exposeString('content', { description: 'The text of this part; empty when there is nothing to export.' }),
    contentType: t.exposeString('contentType', { description: 'Media type of the file.' }),
    fileName: t.exposeString('fileName', { description: 'What to call the file.' }),
    entries: t.exposeInt('entries', { description: 'How many entries are in this part; at most 5000.' }),
    next: t.exposeString('next', { nullable: true, description: 'Pass it as `after` for the next part; null at the end.' }),
  }),
});

const ExportAuditLogsInput = builder.inputType('ExportAuditLogsInput', {
  description: 'What to export.',
  fields: (t) => ({
    format: t.field({ type: FormatEnum, description: 'As what.' }),
    filter: t.field({
      type: AuditFilterInput,
      required: false,
      description: 'Which entries; all when left out. For PROOF nothing but the company may be given.',
    }),
    after: t.string({ required: false, description: '`next` of the part before; the first part when left out.' }),
  }),
});

builder.mutationField('exportAuditLogs', (t) =>
  t.field({
    type: AuditExportRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['settings:read'], ['platform:audit:read']],
    errors: { types: [ForbiddenError, ValidationError] },
    description: 'Takes the audit trail along, newest entries first, a PROOF in the order of the log. That you did is an entry itself.',
    args: { input: t.arg({ type: ExportAuditLogsInput, description: 'What to export.' }) },
    resolve: (_root, { input: { format, filter, after } }, { request, services }) =>
      services.auditExport.export(request, { format, filter: filterIn(filter ?? {}), after: after ?? null }),
  }),
);
