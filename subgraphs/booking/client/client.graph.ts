import {
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { UserId } from '../../identity/ids.js';
import { builder } from '../builder.js';
import { ClientId } from '../ids.js';
import { nameOf } from './client.js';
import type { ClientRow } from './client.store.js';

const UserRef = foreignEntity(builder, 'User');

export const ClientRef = builder.objectRef<ClientRow>('Client').implement({
  description: "The company's own record of a person who books.",
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (client) => ClientId.encode(client.id) }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who signs in; null for somebody who does not.',
      resolve: ({ userId }) => (userId === null ? null : { id: UserId.encode(userId) }),
    }),
    displayName: t.string({ description: 'Name the person goes by.', resolve: nameOf }),
    email: t.exposeString('email', {
      nullable: true,
      policy: [['client:readContact']],
      description: 'E-mail address; null where a policy of the company keeps it from you (`client:readContact`).',
    }),
    phone: t.exposeString('phone', {
      nullable: true,
      policy: [['client:readContact']],
      description: 'Telephone number as E.164; null where a policy of the company keeps it from you (`client:readContact`).',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the record was made.' }),
  }),
});

builder.asEntity(ClientRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = ClientId.decode(id);
    return uuid === null ? null : services.clients.find(request, uuid);
  },
});

const CreateClientInput = builder.inputType('CreateClientInput', {
  description: 'A person who books.',
  fields: (t) => ({
    displayName: t.string({ description: 'Name the person goes by, 1 to 100 characters.' }),
    email: t.string({ required: false, description: 'E-mail address.' }),
    phone: t.string({ required: false, description: 'Telephone number as E.164, such as `+4930123456`.' }),
    userId: t.id({ required: false, description: 'Global id of the user, for a person who signs in; she has to be a member of your company.' }),
  }),
});

const UpdateClientInput = builder.inputType('UpdateClientInput', {
  description: 'What changes in the record of a person.',
  fields: (t) => ({
    id: t.id({ description: 'Global id of the client.' }),
    displayName: t.string({ required: false, description: 'Name the person goes by; stays when left out.' }),
    email: t.string({ required: false, description: 'E-mail address; stays when left out, is forgotten when null.' }),
    phone: t.string({ required: false, description: 'Telephone number as E.164; as with the address.' }),
  }),
});

builder.queryFields((t) => ({
  client: t.field({
    type: ClientRef,
    nullable: true,
    authenticated: true,
    description: 'A record by its id: your own, and with `patients:read` anybody’s; null for all others.',
    args: { id: t.arg.id({ description: 'Global id of the client.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = ClientId.decode(id);
      return uuid === null ? null : services.clients.find(request, uuid);
    },
  }),
  clients: t.connection(
    {
      type: ClientRef,
      nullable: true,
      requiresScopes: [['patients:read']],
      description: 'Everybody who books here, oldest record first.',
      resolve: (_root, args, { request, services }) => services.clients.list(request, args),
    },
    { name: 'ClientConnection', description: 'A page of clients.' },
    { name: 'ClientEdge', description: 'A client in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  updateClient: t.field({
    type: ClientRef,
    nullable: true,
    requiresScopes: [['patients:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Changes the record of a person.',
    args: { input: t.arg({ type: UpdateClientInput, description: 'What changes.' }) },
    resolve: (_root, { input: { id, ...change } }, { request, services }) =>
      services.clients.update(request, ClientId.require(id), change),
  }),
  createClient: t.field({
    type: ClientRef,
    nullable: true,
    requiresScopes: [['patients:create']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError, QuotaExceededError] },
    description: 'Keeps a record of a person. A user has one record; a second call fills in what the first left out.',
    args: { input: t.arg({ type: CreateClientInput, description: 'Who it is.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.clients.create(request, {
        ...input,
        userId: input.userId == null ? null : UserId.require(input.userId),
      }),
  }),
}));
