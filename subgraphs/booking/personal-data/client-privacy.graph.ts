import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { PersonalDataRequestId } from '../../identity/ids.js';
import { builder } from '../builder.js';
import { ClientId } from '../ids.js';

const PersonalDataRequestRef = foreignEntity(builder, 'PersonalDataRequest');

const ClientDataRequestRef = builder.objectRef<{ readonly id: string }>('ClientDataRequest').implement({
  description: 'What the company asked for in the name of a client.',
  requiresScopes: [['patients:delete']],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the request.', resolve: ({ id }) => PersonalDataRequestId.encode(id) }),
    request: t.field({
      type: PersonalDataRequestRef,
      nullable: true,
      description: 'The request; null for the moment it takes to get there.',
      resolve: ({ id }) => ({ id: PersonalDataRequestId.encode(id) }),
    }),
  }),
});

const ClientDataRequestInput = builder.inputType('ClientDataRequestInput', {
  description: 'Whose data it is about.',
  fields: (t) => ({
    clientId: t.id({ description: 'Global id of the client.' }),
    idempotencyKey: t.string({
      description: '1 to 255 printable ASCII characters; a repeat with the same key is the same request.',
    }),
  }),
});

const ERRORS = [
  UnauthenticatedError,
  ForbiddenError,
  StepUpRequiredError,
  NotFoundError,
  ConflictError,
  ValidationError,
];

builder.mutationFields((t) => ({
  requestClientExport: t.field({
    type: ClientDataRequestRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['patients:delete']],
    errors: { types: ERRORS },
    description: 'Has everything gathered that the company knows of a client who asked for it.',
    args: { input: t.arg({ type: ClientDataRequestInput, description: 'Who it is.' }) },
    resolve: async (_root, { input: { clientId, idempotencyKey } }, { request, services }) => ({
      id: await services.clientPrivacy.request(request, 'EXPORT', { clientId: ClientId.require(clientId), idempotencyKey }),
    }),
  }),
  requestClientErasure: t.field({
    type: ClientDataRequestRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['patients:delete']],
    errors: { types: ERRORS },
    description:
      'Has a client forgotten who asked for it, in fourteen days unless it is taken back. What she has booked and has not begun is called off then.',
    args: { input: t.arg({ type: ClientDataRequestInput, description: 'Who it is.' }) },
    resolve: async (_root, { input: { clientId, idempotencyKey } }, { request, services }) => ({
      id: await services.clientPrivacy.request(request, 'ERASURE', { clientId: ClientId.require(clientId), idempotencyKey }),
    }),
  }),
}));
