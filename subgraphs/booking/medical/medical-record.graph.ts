import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ClientRef } from '../client/client.graph.js';
import { ClientId, MedicalNoteId } from '../ids.js';
import type { MedicalNoteText, MedicalRecord } from './medical-record.service.js';

const MedicalNoteRef = builder.objectRef<MedicalNoteText>('MedicalNote').implement({
  description: "What somebody has noted of a client's health. It is never changed; a later one corrects it.",
  requiresScopes: [['patients:read'], ['patients:update']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => MedicalNoteId.encode(id) }),
    text: t.exposeString('text', { description: 'What was noted.' }),
    authorId: t.exposeString('authorId', { description: 'Who noted it: a user, or a part of the platform.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
});

const MedicalRecordRef = builder.objectRef<MedicalRecord>('MedicalRecord').implement({
  description: "What is noted of a client's health.",
  requiresScopes: [['patients:read']],
  fields: (t) => ({
    client: t.field({ type: ClientRef, description: 'Whose it is.', resolve: ({ client }) => client }),
    notes: t.field({
      type: [MedicalNoteRef],
      description: 'The latest 500, newest first.',
      resolve: ({ notes }) => notes,
    }),
  }),
});

const AddMedicalNoteInput = builder.inputType('AddMedicalNoteInput', {
  description: "Something about a client's health.",
  fields: (t) => ({
    clientId: t.id({ description: 'Global id of the client.' }),
    text: t.string({ description: 'What is noted, up to 10000 characters.' }),
  }),
});

builder.queryField('clientMedicalRecord', (t) =>
  t.field({
    type: MedicalRecordRef,
    nullable: true,
    requiresScopes: [['patients:read']],
    description: "What is noted of a client's health. Each reading is kept in the audit trail with its reason.",
    args: {
      id: t.arg.id({ description: 'Global id of the client.' }),
      accessReason: t.arg.string({ description: 'Why you read it, 5 to 500 characters.' }),
    },
    resolve: (_root, { id, accessReason }, { request, services }) =>
      services.medicalRecords.read(request, ClientId.require(id), accessReason),
  }),
);

builder.mutationField('addMedicalNote', (t) =>
  t.field({
    type: MedicalNoteRef,
    nullable: true,
    requiresScopes: [['patients:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: "Notes something of a client's health. It is sealed, and never changed.",
    args: { input: t.arg({ type: AddMedicalNoteInput, description: 'What is noted of whom.' }) },
    resolve: (_root, { input: { clientId, text } }, { request, services }) =>
      services.medicalRecords.note(request, ClientId.require(clientId), text),
  }),
);
