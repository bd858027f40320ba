import {
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';
import { SCIM_TOKEN_PREFIX } from '../../../_kernel/wire/scim-token.js';
import { statusOfKey } from '../../api-key/api-key.js';
import { ApiKeyStatusEnum } from '../../api-key/api-key.graph.js';
import { builder } from '../../builder.js';
import { ScimTokenId } from '../../ids.js';
import type { IssuedScimToken } from './scim-token.service.js';
import type { ScimTokenRow } from './scim-token.store.js';

const ScimTokenRef = builder.objectRef<ScimTokenRow>('ScimToken').implement({
  description: "What a company's directory proves with that it may keep people and groups in step. Shown once, when it is made.",
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (token) => ScimTokenId.encode(token.id) }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    preview: t.string({
      description: 'How it begins and ends, to tell tokens apart by: `scim_…wxyz`.',
      resolve: ({ hint }) => `${SCIM_TOKEN_PREFIX}…${hint}`,
    }),
    status: t.field({
      type: ApiKeyStatusEnum,
      description: 'Whether it counts.',
      resolve: (token, _args, { request }) => statusOfKey(token, request.clock.now()),
    }),
    defaultRole: t.exposeString('defaultRole', { description: 'The role of whoever is given none by her directory.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends; null for never.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null if it never was.',
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was taken back; null until then.' }),
  }),
});

const IssuedScimTokenRef = builder.objectRef<IssuedScimToken>('IssuedScimToken').implement({
  description: 'A new token. Keep it now: it is not shown again, and nobody can read it anywhere.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Sent by the directory as `Authorization: Bearer scim_…`.' }),
    scimToken: t.field({ type: ScimTokenRef, description: 'What is kept of it.', resolve: ({ scimToken }) => scimToken }),
  }),
});

const CreateScimTokenInput = builder.inputType('CreateScimTokenInput', {
  description: "A token for a company's directory.",
  fields: (t) => ({
    name: t.string({ description: 'What it is called, 1 to 80 characters.' }),
    defaultRole: t.string({
      required: false,
      description: 'The role of whoever is given none by her directory: `USER` unless said, never `OWNER`.',
    }),
    expiresAt: t.field({ type: 'DateTime', required: false, description: 'When it ends; never unless said.' }),
  }),
});

builder.queryFields((t) => ({
  scimTokens: t.connection(
    {
      type: ScimTokenRef,
      nullable: true,
      requiresScopes: [['settings:read']],
      description: "The tokens of this company's directories, newest first.",
      resolve: (_root, args, { request, services }) => services.scimTokens.list(request, args),
    },
    { name: 'ScimTokenConnection', description: 'A page of tokens.' },
    { name: 'ScimTokenEdge', description: 'A token in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createScimToken: t.field({
    type: IssuedScimTokenRef,
    nullable: true,
    requiresScopes: [['settings:update', 'users:manage']],
    errors: { types: [ValidationError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
    description: 'Lets a directory keep people and groups in step at `/scim/v2`. It gives nobody more than you may do.',
    args: { input: t.arg({ type: CreateScimTokenInput, description: 'The token.' }) },
    resolve: (_root, { input }, { request, services }) => services.scimTokens.create(request, input),
  }),
  revokeScimToken: t.field({
    type: ScimTokenRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError] },
    description: 'Ends a token at once.',
    args: { id: t.arg.id({ description: 'Global id of the token.' }) },
    resolve: (_root, { id }, { request, services }) => services.scimTokens.revoke(request, ScimTokenId.require(id)),
  }),
}));
