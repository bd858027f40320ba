import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ServiceAccountId } from '../ids.js';
import type { ServiceAccountRow } from './service-account.store.js';

export const ServiceAccountRef = builder.objectRef<ServiceAccountRow>('ServiceAccount').implement({
  description: 'A program that acts in this company. It outlives the person who made it.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (account) => ServiceAccountId.encode(account.id) }),
    name: t.exposeString('name', { description: 'Name, unique in the company.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    permissions: t.stringList({
      description: 'All that its keys can ever be allowed.',
      resolve: ({ permissions }) => permissions,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was done away with, and its keys with it; null until then.',
    }),
  }),
});

const CreateServiceAccountInput = builder.inputType('CreateServiceAccountInput', {
  description: 'A program that is to act in this company.',
  fields: (t) => ({
    name: t.string({ description: 'Name, unique in the company, 1 to 80 characters.' }),
    description: t.string({ description: 'What it is for, at most 300 characters.' }),
    permissions: t.stringList({ description: 'All that its keys can ever be allowed; nothing that you may not do.' }),
  }),
});

builder.queryFields((t) => ({
  serviceAccounts: t.field({
    type: [ServiceAccountRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'The programs of this company, by name.',
    args: { archived: t.arg.boolean({ required: false, description: 'Those that were archived instead.' }) },
    resolve: (_root, { archived }, { request, services }) => services.serviceAccounts.list(request, archived ?? false),
  }),
}));

builder.mutationFields((t) => ({
  createServiceAccount: t.field({
    type: ServiceAccountRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError, UnauthenticatedError] },
    description: 'Makes an account for a program. Give it a key with `createApiKey`.',
    args: { input: t.arg({ type: CreateServiceAccountInput, description: 'The program.' }) },
    resolve: (_root, { input }, { request, services }) => services.serviceAccounts.create(request, input),
  }),
  archiveServiceAccount: t.field({
    type: ServiceAccountRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError] },
    description: 'Does away with an account; its keys end at once.',
    args: { id: t.arg.id({ description: 'Global id of the service account.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.serviceAccounts.archive(request, ServiceAccountId.require(id)),
  }),
  restoreServiceAccount: t.field({
    type: ServiceAccountRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError] },
    description: 'Takes an archived account back. Its former keys stay ended; give it a new one.',
    args: { id: t.arg.id({ description: 'Global id of the service account.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.serviceAccounts.restore(request, ServiceAccountId.require(id)),
  }),
}));
