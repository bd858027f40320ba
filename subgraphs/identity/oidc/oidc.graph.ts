import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { OidcClientId, OidcConsentId, ServiceAccountId } from '../ids.js';
import { ServiceAccountRef } from '../service-account/service-account.graph.js';
import type { OIDC_CLIENT_KINDS } from './client.js';
import type { IssuedOidcClient } from './client.service.js';
import type { OidcClientRow } from './client.store.js';
import type { OidcConsentRow } from './consent.store.js';

const OidcClientKindEnum = builder.enumType('OidcClientKind', {
  description: 'What kind of program a client is.',
  values: {
    WEB: { description: 'It runs on a server, and can keep a secret.' },
    PUBLIC: { description: 'It runs in a browser or on somebody’s device, where no secret is safe.' },
    SERVICE: { description: 'It acts for itself, with what a service account may do.' },
  } satisfies Record<(typeof OIDC_CLIENT_KINDS)[number], { description: string }>,
});

const OidcClientRef = builder.objectRef<OidcClientRow>('OidcClient').implement({
  description: 'A program that people of this company sign in to by OpenID Connect, or that acts for itself.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id; the `client_id` of the protocol.', resolve: (client) => OidcClientId.encode(client.id) }),
    name: t.exposeString('name', { description: 'What people are asked to allow; unique in the company.' }),
    kind: t.expose('kind', { type: OidcClientKindEnum, description: 'What kind of program it is.' }),
    firstParty: t.exposeBoolean('firstParty', {
      description: 'Whether it is the company’s own: nobody is asked for consent, and its tokens are good for the graph.',
    }),
    redirectUris: t.stringList({ description: 'Where people are sent back to.', resolve: (client) => client.redirectUris }),
    postLogoutRedirectUris: t.stringList({
      description: 'Where people may be sent once they have signed out.',
      resolve: (client) => client.postLogoutRedirectUris,
    }),
    backChannelLogoutUri: t.exposeString('backChannelLogoutUri', {
      nullable: true,
      description: 'Where it is told that somebody has signed out; null to be told nothing.',
    }),
    permissions: t.stringList({
      description: 'All that its tokens can ever be allowed in the graph.',
      resolve: ({ permissions }) => permissions,
    }),
    serviceAccount: t.field({
      type: ServiceAccountRef,
      nullable: true,
      description: 'What it acts as; null for a client of people.',
      resolve: ({ serviceAccountId }, _args, { request, services }) =>
        serviceAccountId === null ? null : services.serviceAccounts.find(request, serviceAccountId),
    }),
    requiresPushedRequests: t.exposeBoolean('requiresPushedRequests', {
      description: 'Whether every request has to be pushed first (RFC 9126).',
    }),
    bindsTokens: t.exposeBoolean('bindsTokens', { description: 'Whether its tokens are bound to a key by DPoP (RFC 9449).' }),
    exchangesTokens: t.exposeBoolean('exchangesTokens', {
      description: 'Whether it may exchange a token of another company for one of this (RFC 8693).',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const IssuedOidcClientRef = builder.objectRef<IssuedOidcClient>('IssuedOidcClient').implement({
  description: 'A new client. Keep its secret now: it is not shown again, and nobody can read it anywhere.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    secret: t.exposeString('secret', { nullable: true, description: 'The `client_secret`; null for a client that can keep none.' }),
    client: t.field({ type: OidcClientRef, description: 'What is kept of it.', resolve: ({ client }) => client }),
  }),
});

const OidcConsentRef = builder.objectRef<OidcConsentRow>('OidcConsent').implement({
  description: 'What somebody has allowed a client.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (consent) => OidcConsentId.encode(consent.id) }),
    clientName: t.string({ description: 'Name of the client.', resolve: ({ client }) => client.name }),
    scopes: t.stringList({ description: 'What it was allowed, in words of the protocol.', resolve: ({ scopes }) => scopes }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When something was last added.' }),
  }),
});

const CreateOidcClientInput = builder.inputType('CreateOidcClientInput', {
  description: 'A program that people sign in to, or that acts for itself.',
  fields: (t) => ({
    name: t.string({ description: 'Name, unique in the company, 1 to 80 characters.' }),
    kind: t.field({ type: OidcClientKindEnum, description: 'What kind of program it is; that does not change.' }),
    serviceAccountId: t.id({ required: false, description: 'Global id of what it acts as; for a client of kind SERVICE.' }),
    redirectUris: t.stringList({ required: false, description: 'Where people are sent back to: exact https addresses, at most 20.' }),
    postLogoutRedirectUris: t.stringList({ required: false, description: 'Where people may be sent once they have signed out.' }),
    backChannelLogoutUri: t.string({ required: false, description: 'Where it is told that somebody has signed out.' }),
    permissions: t.stringList({ required: false, description: 'All that its tokens can ever be allowed; nothing that you may not do.' }),
    firstParty: t.boolean({ required: false, description: 'Whether it is the company’s own; it is not unless said.' }),
    requiresPushedRequests: t.boolean({ required: false, description: 'Whether every request has to be pushed first.' }),
    bindsTokens: t.boolean({ required: false, description: 'Whether its tokens are bound to a key by DPoP.' }),
    exchangesTokens: t.boolean({ required: false, description: 'Whether it may exchange tokens; for the company’s own only.' }),
  }),
});

const UpdateOidcClientInput = builder.inputType('UpdateOidcClientInput', {
  description: 'What is to be different; what is not named stays.',
  fields: (t) => ({
    name: t.string({ required: false, description: 'Name, unique in the company, 1 to 80 characters.' }),
    redirectUris: t.stringList({ required: false, description: 'Where people are sent back to.' }),
    postLogoutRedirectUris: t.stringList({ required: false, description: 'Where people may be sent once they have signed out.' }),
    backChannelLogoutUri: t.string({ required: false, description: 'Where it is told that somebody has signed out; null for nowhere.' }),
    permissions: t.stringList({ required: false, description: 'All that its tokens can ever be allowed.' }),
    firstParty: t.boolean({ required: false, description: 'Whether it is the company’s own.' }),
    requiresPushedRequests: t.boolean({ required: false, description: 'Whether every request has to be pushed first.' }),
    bindsTokens: t.boolean({ required: false, description: 'Whether its tokens are bound to a key by DPoP.' }),
    exchangesTokens: t.boolean({ required: false, description: 'Whether it may exchange tokens.' }),
  }),
});

builder.queryFields((t) => ({
  oidcClients: t.field({
    type: [OidcClientRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'The programs that people of this company sign in to, by name.',
    resolve: (_root, _args, { request, services }) => services.oidcClients.list(request),
  }),
  myOidcConsents: t.field({
    type: [OidcConsentRef],
    nullable: true,
    authenticated: true,
    description: 'What you have allowed programs, newest first.',
    resolve: (_root, _args, { request, services }) => services.oidcConsents.mine(request),
  }),
}));

builder.mutationFields((t) => ({
  createOidcClient: t.field({
    type: IssuedOidcClientRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, NotFoundError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
    description: 'Registers a program. Its secret is shown this once.',
    args: { input: t.arg({ type: CreateOidcClientInput, description: 'The program.' }) },
    resolve: (_root, { input: { serviceAccountId, ...input } }, { request, services }) =>
      services.oidcClients.create(request, {
        ...input,
        serviceAccountId: serviceAccountId == null ? null : ServiceAccountId.require(serviceAccountId),
      }),
  }),
  updateOidcClient: t.field({
    type: OidcClientRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, NotFoundError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
    description: 'Changes a program.',
    args: {
      id: t.arg.id({ description: 'Global id of the client.' }),
      input: t.arg({ type: UpdateOidcClientInput, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, { request, services }) =>
      services.oidcClients.update(request, OidcClientId.require(id), input),
  }),
  deleteOidcClient: t.field({
    type: OidcClientRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError] },
    description: 'Does away with a program, with what people have allowed it, and with its tokens.',
    args: { id: t.arg.id({ description: 'Global id of the client.' }) },
    resolve: (_root, { id }, { request, services }) => services.oidcClients.remove(request, OidcClientId.require(id)),
  }),
  revokeOidcConsent: t.field({
    type: OidcConsentRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [NotFoundError, UnauthenticatedError] },
    description: 'Takes back what you have allowed a program: its tokens end, and it has to ask you again.',
    args: { id: t.arg.id({ description: 'Global id of the consent.' }) },
    resolve: (_root, { id }, { request, services }) => services.oidcConsents.revoke(request, OidcConsentId.require(id)),
  }),
}));
