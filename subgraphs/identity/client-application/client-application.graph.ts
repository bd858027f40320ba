import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ClientApplicationId } from '../ids.js';
import type { Publication } from './client-application.service.js';
import type { ClientApplicationRow, ClientVersionRow } from './client-application.store.js';
import { OPERATION_TYPES } from './registered-operation.js';
import type { RegisteredOperationRow } from './registered-operation.store.js';

const OWNERS_ONLY: ['settings:update' | 'platform:tenants:manage'][] = [['settings:update'], ['platform:tenants:manage']];

const ClientApplicationRef = builder.objectRef<ClientApplicationRow>('ClientApplication').implement({
  description: 'A program that speaks to the graph and has registered what it asks.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => ClientApplicationId.encode(id) }),
    name: t.exposeString('name', { description: 'Name, unique with its owner; what an API key is confined to.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first published.' }),
  }),
});

const ClientVersionRef = builder.objectRef<ClientVersionRow>('ClientVersion').implement({
  description: 'A version under which a client was published.',
  authenticated: true,
  fields: (t) => ({
    version: t.exposeString('version', { description: 'As the publisher calls it.' }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', description: 'When it was first published.' }),
  }),
});

const OperationTypeEnum = builder.enumType('OperationType', {
  description: 'What an operation does.',
  values: OPERATION_TYPES,
});

const RegisteredOperationRef = builder.objectRef<RegisteredOperationRow>('RegisteredOperation').implement({
  description: 'An operation that a client may run by its id.',
  authenticated: true,
  fields: (t) => ({
    documentId: t.exposeString('documentId', { description: 'SHA-256 of the body in hexadecimal; what goes over the wire.' }),
    name: t.exposeString('name', { description: 'Name of the operation.' }),
    type: t.expose('type', { type: OperationTypeEnum, description: 'What it does.' }),
    body: t.exposeString('body', { description: 'The document.' }),
    firstVersion: t.exposeString('firstVersion', { description: 'Version of the client that brought it.' }),
    lastVersion: t.exposeString('lastVersion', { description: 'Version of the client that was last published with it.' }),
    retiredAt: t.expose('retiredAt', { type: 'DateTime', nullable: true, description: 'When it was announced that it goes.' }),
    sunsetAt: t.expose('sunsetAt', { type: 'DateTime', nullable: true, description: 'From when it is no longer answered.' }),
    replacement: t.exposeString('replacement', { nullable: true, description: 'Document id of what to use in its place.' }),
    uses: t.float({
      description: 'How often it was used; a few seconds behind.',
      resolve: ({ uses }) => Number(uses),
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used; a few seconds behind. Null when it never was.',
    }),
    client: t.field({
      type: ClientApplicationRef,
      nullable: true,
      description: 'Whose it is.',
      resolve: ({ clientId }, _args, { request, services }) => services.clientApplications.find(request, clientId),
    }),
  }),
});

const PublicationRef = builder.objectRef<Publication>('OperationsPublication').implement({
  description: 'What came of publishing a manifest.',
  authenticated: true,
  fields: (t) => ({
    client: t.field({ type: ClientApplicationRef, description: 'The client.', resolve: ({ client }) => client }),
    version: t.exposeString('version', { description: 'The version.' }),
    added: t.exposeInt('added', { description: 'How many operations are new.' }),
    unchanged: t.exposeInt('unchanged', { description: 'How many were registered before.' }),
    operations: t.field({
      type: [RegisteredOperationRef],
      description: 'All that was sent, by name.',
      resolve: ({ operations }) => [...operations],
    }),
  }),
});

const RetirementRef = builder
  .objectRef<{ readonly operations: readonly RegisteredOperationRow[] }>('OperationsRetirement')
  .implement({
    description: 'Operations that will go.',
    authenticated: true,
    fields: (t) => ({
      operations: t.field({
        type: [RegisteredOperationRef],
        description: 'By name.',
        resolve: ({ operations }) => [...operations],
      }),
    }),
  });

const ManifestOperationInput = builder.inputType('ManifestOperationInput', {
  description: 'One operation of a manifest.',
  fields: (t) => ({
    id: t.string({ description: 'SHA-256 of the body in hexadecimal.' }),
    name: t.string({ description: 'Name of the operation.' }),
    type: t.field({ type: OperationTypeEnum, description: 'What it does.' }),
    body: t.string({ description: 'A document with this one operation and its fragments.' }),
  }),
});

const PublishOperationsInput = builder.inputType('PublishOperationsInput', {
  description: "A client's manifest, or a part of one.",
  fields: (t) => ({
    client: t.string({ description: 'Name of the client: 1 to 64 letters, digits, dots, underscores or hyphens.' }),
    version: t.string({ description: 'Version of the client, as you call it.' }),
    operations: t.field({ type: [ManifestOperationInput], description: 'At most 500 at a time; more under the same version.' }),
  }),
});

const RetireOperationsInput = builder.inputType('RetireOperationsInput', {
  description: 'Operations that are to go.',
  fields: (t) => ({
    client: t.string({ description: 'Name of the client.' }),
    operations: t.stringList({ description: 'Their document ids.' }),
    sunsetAt: t.field({ type: 'DateTime', description: 'From when they are no longer answered; until then they are, with a warning.' }),
    replacement: t.string({ required: false, description: "Document id of another operation of the client's, to use in their place." }),
  }),
});

builder.queryFields((t) => {
  const client = t.arg.string({ description: 'Name of the client.' });
  return {
    clientApplications: t.connection(
      {
        type: ClientApplicationRef,
        nullable: true,
        requiresScopes: OWNERS_ONLY,
        description: 'The programs you have registered, by name.',
        resolve: (_root, args, { request, services }) => services.clientApplications.list(request, args),
      },
      { name: 'ClientApplicationConnection', description: 'A page of clients.' },
      { name: 'ClientApplicationEdge', description: 'A client in a page.' },
    ),
    clientVersions: t.connection(
      {
        type: ClientVersionRef,
        nullable: true,
        requiresScopes: OWNERS_ONLY,
        description: 'Under which versions a client was published, newest first.',
        args: { client },
        resolve: (_root, args, { request, services }) => services.clientApplications.versions(request, args.client, args),
      },
      { name: 'ClientVersionConnection', description: 'A page of versions.' },
      { name: 'ClientVersionEdge', description: 'A version in a page.' },
    ),
    registeredOperations: t.connection(
      {
        type: RegisteredOperationRef,
        nullable: true,
        requiresScopes: OWNERS_ONLY,
        description: 'What a client may run by id, by name, and when each was last used.',
        args: { client },
        resolve: (_root, args, { request, services }) => services.clientApplications.operations(request, args.client, args),
      },
      { name: 'RegisteredOperationConnection', description: 'A page of operations.' },
      { name: 'RegisteredOperationEdge', description: 'An operation in a page.' },
    ),
  };
});

builder.mutationFields((t) => ({
  publishOperations: t.field({
    type: PublicationRef,
    nullable: true,
    requiresScopes: OWNERS_ONLY,
    errors: { types: [ValidationError] },
    description: 'Registers the operations of a client. What is registered already stays as it is.',
    args: { input: t.arg({ type: PublishOperationsInput, description: 'The manifest.' }) },
    resolve: (_root, { input }, { request, services }) => services.clientApplications.publish(request, input),
  }),
  retireOperations: t.field({
    type: RetirementRef,
    nullable: true,
    requiresScopes: OWNERS_ONLY,
    errors: { types: [ValidationError, NotFoundError] },
    description: 'Announces that operations of a client go, when, and what to use in their place.',
    args: { input: t.arg({ type: RetireOperationsInput, description: 'Which and when.' }) },
    resolve: async (_root, { input }, { request, services }) => ({
      operations: await services.clientApplications.retire(request, input),
    }),
  }),
}));
