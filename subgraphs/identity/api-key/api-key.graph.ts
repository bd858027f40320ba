import {
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { API_KEY_PREFIX } from '../../_kernel/wire/api-key.js';
import { builder } from '../builder.js';
import { ApiKeyId, ServiceAccountId } from '../ids.js';
import { ServiceAccountRef } from '../service-account/service-account.graph.js';
import { statusOfKey, type API_KEY_STATUSES } from './api-key.js';
import type { IssuedApiKey } from './api-key.service.js';
import type { ApiKeyRow } from './api-key.store.js';

export const ApiKeyStatusEnum = builder.enumType('ApiKeyStatus', {
  description: 'Whether a key counts.',
  values: {
    ACTIVE: { description: 'It does.' },
    EXPIRED: { description: 'Its time is over.' },
    REVOKED: { description: 'It was taken back.' },
  } satisfies Record<(typeof API_KEY_STATUSES)[number], { description: string }>,
});

const ApiKeyRef = builder.objectRef<ApiKeyRow>('ApiKey').implement({
  description: 'What a program proves with who it is. The key itself is shown once, when it is made.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (key) => ApiKeyId.encode(key.id) }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    preview: t.string({
      description: 'How it begins and ends, to tell keys apart by: `cf_…wxyz`.',
      resolve: ({ hint }) => `${API_KEY_PREFIX}…${hint}`,
    }),
    status: t.field({
      type: ApiKeyStatusEnum,
      description: 'Whether it counts.',
      resolve: (key, _args, { request }) => statusOfKey(key, request.clock.now()),
    }),
    serviceAccount: t.field({
      type: ServiceAccountRef,
      nullable: true,
      description: 'The program it belongs to.',
      resolve: (key, _args, { request, services }) => services.serviceAccounts.find(request, key.serviceAccountId),
    }),
    permissions: t.stringList({ description: 'What it allows.', resolve: ({ permissions }) => permissions }),
    hourlyLimit: t.exposeInt('hourlyLimit', { description: 'Requests an hour.' }),
    registeredClient: t.exposeString('registeredClient', {
      nullable: true,
      description: 'Client application whose registered operations are all it may run; null where any may be run.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends; null for never.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, some seconds late; null if it never was.',
    }),
    usageCount: t.field({
      type: 'MinorUnits',
      description: 'How often it was used, some seconds late.',
      resolve: ({ usageCount }) => Number(usageCount),
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken back; null until then.',
    }),
  }),
});

const IssuedApiKeyRef = builder.objectRef<IssuedApiKey>('IssuedApiKey').implement({
  description: 'A new key. Keep it now: it is not shown again, and nobody can read it anywhere.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Sent as `Authorization: Bearer cf_…` or `X-API-Key: cf_…`.' }),
    apiKey: t.field({ type: ApiKeyRef, description: 'What is kept of it.', resolve: ({ apiKey }) => apiKey }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A key for a program.',
  fields: (t) => ({
    serviceAccountId: t.id({ description: 'Global id of the program.' }),
    name: t.string({ description: 'What it is called, 1 to 80 characters.' }),
    permissions: t.stringList({ description: 'What it allows: some of what the program, and you, may do.' }),
    hourlyLimit: t.int({ required: false, description: 'Requests an hour; 1,000 unless said, at most 1,000,000.' }),
    registeredClient: t.string({
      required: false,
      description: 'Confines it to the registered operations of this client application.',
    }),
    expiresAt: t.field({ type: 'DateTime', required: false, description: 'When it ends; never unless said.' }),
  }),
});

builder.queryFields((t) => ({
  apiKeys: t.connection(
    {
      type: ApiKeyRef,
      nullable: true,
      requiresScopes: [['settings:read']],
      description: 'The keys of this company, newest first.',
      resolve: (_root, args, { request, services }) => services.apiKeys.list(request, args),
    },
    { name: 'ApiKeyConnection', description: 'A page of keys.' },
    { name: 'ApiKeyEdge', description: 'A key in a page.' },
  ),
}));

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the key.' });
  return {
    createApiKey: t.field({
      type: IssuedApiKeyRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
      description: 'Makes a key for a program.',
      args: { input: t.arg({ type: CreateApiKeyInput, description: 'The key.' }) },
      resolve: (_root, { input }, { request, services }) =>
        services.apiKeys.create(request, { ...input, serviceAccountId: ServiceAccountId.require(input.serviceAccountId) }),
    }),
    rotateApiKey: t.field({
      type: IssuedApiKeyRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
      description: 'Makes a key in the place of another, which goes on counting for a day.',
      args: { id },
      resolve: (_root, args, { request, services }) => services.apiKeys.rotate(request, ApiKeyId.require(args.id)),
    }),
    renameApiKey: t.field({
      type: ApiKeyRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError, UnauthenticatedError] },
      description: 'Calls a key otherwise; whoever has it notices nothing.',
      args: { id, name: t.arg.string({ description: 'What it is called from now on, 1 to 80 characters.' }) },
      resolve: (_root, args, { request, services }) => services.apiKeys.rename(request, ApiKeyId.require(args.id), args.name),
    }),
    revokeApiKey: t.field({
      type: ApiKeyRef,
      nullable: true,
      tag: 'while-read-only',
      requiresScopes: [['settings:update']],
      errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError] },
      description: 'Ends a key at once.',
      args: { id },
      resolve: (_root, args, { request, services }) => services.apiKeys.revoke(request, ApiKeyId.require(args.id)),
    }),
  };
});
