import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { FederatedIdentityId, IdentityProviderId } from '../ids.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
import { AuthPayloadRef } from '../session/session.graph.js';
import type { LinkedIdentity } from './federated-sign-in.service.js';
import type { IDENTITY_PROVIDER_TYPES, OidcSettings, SamlSettings } from './identity-provider.js';
import type { IdentityProviderRow } from './identity-provider.store.js';

const TypeEnum = builder.enumType('IdentityProviderType', {
  description: 'How a provider is spoken to.',
  values: {
    OIDC: { description: 'OpenID Connect.' },
    SAML: { description: 'SAML 2.0.' },
  } satisfies Record<(typeof IDENTITY_PROVIDER_TYPES)[number], { description: string }>,
});

const oidcOf = ({ type, settings }: IdentityProviderRow): OidcSettings | null =>
  type === 'OIDC' ? (settings as unknown as OidcSettings) : null;
const samlOf = ({ type, settings }: IdentityProviderRow): SamlSettings | null =>
  type === 'SAML' ? (settings as unknown as SamlSettings) : null;

const IdentityProviderRef = builder.objectRef<IdentityProviderRow>('IdentityProvider').implement({
  description: 'Where people of the company can prove who they are instead of here. Its secret is never shown.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (provider) => IdentityProviderId.encode(provider.id) }),
    type: t.expose('type', { type: TypeEnum, description: 'How it is spoken to.' }),
    name: t.exposeString('name', { description: 'What people see it called.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it can be used.' }),
    emailDomains: t.stringList({ description: 'Domains of addresses it may speak for; none for any.', resolve: (provider) => provider.emailDomains }),
    defaultRole: t.exposeString('defaultRole', { description: 'The role of whoever becomes a member by it.' }),
    justInTime: t.exposeBoolean('justInTime', {
      description: 'Whether whoever is no member becomes one, if her address is of a domain that the company has verified.',
    }),
    returnUrls: t.stringList({
      description: "Addresses, beside the company's own, that people may be sent back to.",
      resolve: (provider) => provider.returnUrls,
    }),
    issuer: t.string({ nullable: true, description: 'Issuer of OIDC.', resolve: (provider) => oidcOf(provider)?.issuer ?? null }),
    clientId: t.string({ nullable: true, description: 'What the platform is there, for OIDC.', resolve: (provider) => oidcOf(provider)?.clientId ?? null }),
    scopes: t.stringList({ nullable: true, description: 'What is asked for, for OIDC.', resolve: (provider) => oidcOf(provider)?.scopes ?? null }),
    entityId: t.string({ nullable: true, description: 'What the provider is called, for SAML.', resolve: (provider) => samlOf(provider)?.entityId ?? null }),
    signOnUrl: t.string({ nullable: true, description: 'Where people are sent, for SAML.', resolve: (provider) => samlOf(provider)?.signOnUrl ?? null }),
    certificates: t.stringList({
      nullable: true,
      description: 'Certificates it signs with, as PEM, for SAML.',
      resolve: (provider) => samlOf(provider)?.certificates ?? null,
    }),
    logoutUrl: t.string({
      nullable: true,
      description: 'Where the provider is told of a sign-out, for SAML; null where it is not told.',
      resolve: (provider) => samlOf(provider)?.logoutUrl || null,
    }),
    signingCertificate: t.string({
      nullable: true,
      description: 'The certificate of what the platform signs with towards the provider, as PEM, for SAML; null where it signs nothing.',
      resolve: (provider) => samlOf(provider)?.signingCertificate ?? null,
    }),
    startUrl: t.string({
      description:
        'Where a sign-in begins. `/callback` (OIDC), `/acs`, `/slo` and `/metadata` (SAML) beside it are what the provider has to be told.',
      resolve: (provider, _args, { request, services }) => services.sso.startUrl(request, provider.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was set up.' }),
  }),
});

const SignInProviderRef = builder.objectRef<IdentityProviderRow>('SignInProvider').implement({
  description: 'A way to sign in by another provider.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (provider) => IdentityProviderId.encode(provider.id) }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    startUrl: t.string({
      description:
        'Where to send the browser, with `return_to` (a path here) and `challenge` (SHA-256, in base64url, of a random text ' +
        'that the page keeps to itself). It comes back with `sso_code` or `sso_error`.',
      resolve: (provider, _args, { request, services }) => services.sso.startUrl(request, provider.id),
    }),
  }),
});

const LinkedIdentityRef = builder.objectRef<LinkedIdentity>('LinkedIdentity').implement({
  description: 'An account elsewhere that you sign in with.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (identity) => FederatedIdentityId.encode(identity.id) }),
    providerName: t.string({ description: 'What the provider is called.', resolve: ({ provider }) => provider.name }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was linked.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it was last signed in with.' }),
  }),
});

const RemovedRef = builder.objectRef<{ readonly id: string }>('IdentityRemoved').implement({
  description: 'It is there no more.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'Global id of what was removed.' }) }),
});

const OidcInput = builder.inputType('OidcProviderInput', {
  description: 'What is needed to speak OpenID Connect.',
  fields: (t) => ({
    issuer: t.string({ description: 'Issuer, such as `https://accounts.google.com`; the rest is discovered.' }),
    clientId: t.string({ description: 'What the platform is called there.' }),
    clientSecret: t.string({ required: false, description: 'Kept sealed, never shown; none for a public client.' }),
    scopes: t.stringList({ required: false, description: '`openid email profile` unless said.' }),
  }),
});

const SamlInput = builder.inputType('SamlProviderInput', {
  description: 'What is needed to speak SAML 2.0.',
  fields: (t) => ({
    entityId: t.string({ description: 'What the provider is called.' }),
    signOnUrl: t.string({ description: 'Where people are sent, by redirect.' }),
    certificates: t.stringList({ description: 'Certificates it signs with, as PEM; 1 to 5.' }),
    logoutUrl: t.string({
      required: false,
      description: 'Where it is told of a sign-out, by redirect (Single Logout); without it neither side tells the other.',
    }),
    signMessages: t.boolean({
      required: false,
      description: 'Whether what the platform sends to it is signed, by a key of its own; it is not unless said.',
    }),
  }),
});

const CreateInput = builder.inputType('CreateIdentityProviderInput', {
  description: 'A provider.',
  fields: (t) => ({
    type: t.field({ type: TypeEnum, description: 'How it is spoken to; `oidc` or `saml` says the rest.' }),
    name: t.string({ description: 'What people see it called, 1 to 80 characters.' }),
    enabled: t.boolean({ required: false, description: 'Whether it can be used; it can unless said.' }),
    emailDomains: t.stringList({ required: false, description: 'Domains of addresses it may speak for; any unless said.' }),
    defaultRole: t.string({ required: false, description: 'The role of whoever becomes a member by it: `USER` unless said, never `OWNER`.' }),
    justInTime: t.boolean({ required: false, description: 'Whether whoever is no member becomes one; not unless said.' }),
    returnUrls: t.stringList({ required: false, description: "Addresses, beside the company's own, that people may be sent back to." }),
    oidc: t.field({ type: OidcInput, required: false, description: 'For `OIDC`.' }),
    saml: t.field({ type: SamlInput, required: false, description: 'For `SAML`.' }),
  }),
});

const UpdateInput = builder.inputType('UpdateIdentityProviderInput', {
  description: 'What is to be another; the rest stays. Another issuer is another provider.',
  fields: (t) => ({
    name: t.string({ required: false, description: 'What people see it called.' }),
    enabled: t.boolean({ required: false, description: 'Whether it can be used.' }),
    emailDomains: t.stringList({ required: false, description: 'Domains of addresses it may speak for.' }),
    defaultRole: t.string({ required: false, description: 'The role of whoever becomes a member by it.' }),
    justInTime: t.boolean({ required: false, description: 'Whether whoever is no member becomes one.' }),
    returnUrls: t.stringList({ required: false, description: 'Addresses that people may be sent back to.' }),
    clientId: t.string({ required: false, description: 'For `OIDC`.' }),
    clientSecret: t.string({ required: false, description: 'For `OIDC`.' }),
    scopes: t.stringList({ required: false, description: 'For `OIDC`.' }),
    signOnUrl: t.string({ required: false, description: 'For `SAML`.' }),
    certificates: t.stringList({ required: false, description: 'For `SAML`; name both while one takes the place of another.' }),
    logoutUrl: t.string({ required: false, description: 'For `SAML`; empty for none.' }),
    signMessages: t.boolean({ required: false, description: 'For `SAML`; `true` makes a new key.' }),
  }),
});

builder.queryFields((t) => ({
  identityProviders: t.connection(
    {
      type: IdentityProviderRef,
      nullable: true,
      requiresScopes: [['settings:read']],
      description: 'Where people of this company can prove who they are instead of here, oldest first.',
      resolve: (_root, args, { request, services }) => services.identityProviders.list(request, args),
    },
    { name: 'IdentityProviderConnection', description: 'A page of providers.' },
    { name: 'IdentityProviderEdge', description: 'A provider in a page.' },
  ),
  signInProviders: t.field({
    type: [SignInProviderRef],
    nullable: true,
    tag: 'public',
    description: 'Providers that a page to sign in on can offer.',
    resolve: async (_root, _args, { request, services }) => [...(await services.identityProviders.offered(request))],
  }),
  myLinkedIdentities: t.field({
    type: [LinkedIdentityRef],
    nullable: true,
    authenticated: true,
    description: 'Accounts elsewhere that you sign in with, oldest first.',
    resolve: async (_root, _args, { request, services }) => [...(await services.federatedSignIn.mine(request))],
  }),
}));

const ADMINISTRATOR: ['settings:update', 'users:manage'][] = [['settings:update', 'users:manage']];
const REFUSALS = [ValidationError, ForbiddenError, UnauthenticatedError, StepUpRequiredError];

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the provider.' });
  const code = t.arg.string({ description: 'What stands behind `sso_code=` in the address that was come back to; good once, for a minute.' });
  const verifier = t.arg.string({ description: 'The text whose SHA-256 was given as `challenge` at the start.' });
  return {
    createIdentityProvider: t.field({
      type: IdentityProviderRef,
      nullable: true,
      requiresScopes: ADMINISTRATOR,
      errors: { types: REFUSALS },
      description: 'Lets people of the company prove elsewhere who they are.',
      args: { input: t.arg({ type: CreateInput, description: 'The provider.' }) },
      resolve: (_root, { input }, { request, services }) => services.identityProviders.create(request, input),
    }),
    updateIdentityProvider: t.field({
      type: IdentityProviderRef,
      nullable: true,
      requiresScopes: ADMINISTRATOR,
      errors: { types: [NotFoundError, ...REFUSALS] },
      description: 'Changes a provider, or switches it off and on.',
      args: { id, input: t.arg({ type: UpdateInput, description: 'What is to be another.' }) },
      resolve: (_root, args, { request, services }) =>
        services.identityProviders.update(request, IdentityProviderId.require(args.id), args.input),
    }),
    deleteIdentityProvider: t.field({
      type: RemovedRef,
      nullable: true,
      tag: 'while-read-only',
      requiresScopes: ADMINISTRATOR,
      errors: { types: [NotFoundError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
      description: 'Removes a provider, with every link of a person to it.',
      args: { id },
      resolve: async (_root, args, { request, services }) => {
        await services.identityProviders.remove(request, IdentityProviderId.require(args.id));
        return { id: args.id };
      },
    }),
    completeSsoSignIn: t.field({
      type: AuthPayloadRef,
      nullable: true,
      tag: ['public', 'credentials'],
      errors: { types: [UnauthenticatedError, SecondFactorRequiredError] },
      description: 'Signs in whoever has come back from a provider.',
      args: { code, verifier },
      resolve: (_root, args, { request, services }) => services.federatedSignIn.complete(request, args.code, args.verifier),
    }),
    linkIdentity: t.field({
      type: LinkedIdentityRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, StepUpRequiredError, ForbiddenError, ConflictError] },
      description: 'Lets you sign in with the account elsewhere that you have just shown to be yours.',
      args: { code, verifier },
      resolve: (_root, args, { request, services }) => services.federatedSignIn.link(request, args.code, args.verifier),
    }),
    unlinkIdentity: t.field({
      type: RemovedRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, StepUpRequiredError, NotFoundError] },
      description: 'Lets an account elsewhere be yours no more.',
      args: { id: t.arg.id({ description: 'Global id of the linked identity.' }) },
      resolve: async (_root, args, { request, services }) => {
        await services.federatedSignIn.unlink(request, FederatedIdentityId.require(args.id));
        return { id: args.id };
      },
    }),
  };
});
