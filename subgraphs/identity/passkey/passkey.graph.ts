import {
  ConflictError,
  NotFoundError,
  RateLimitedError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { PasskeyId } from '../ids.js';
import { AuthPayloadRef } from '../session/session.graph.js';
import type { PasskeyRow } from './passkey.store.js';

const PasskeyRef = builder.objectRef<PasskeyRow>('Passkey').implement({
  description: 'What you sign in with by finger, face or PIN, in place of a password.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => PasskeyId.encode(id) }),
    name: t.exposeString('name', { description: 'What you call it.' }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: "The company's own domain that it is good at; null for its address below the platform's.",
    }),
    isSynced: t.exposeBoolean('isSynced', { description: 'Whether its maker keeps copies on other devices of yours.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When you added it.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When you last signed in with it; null before.' }),
  }),
});

const PasskeyOptionsRef = builder.objectRef<{ readonly options: unknown }>('PasskeyOptions').implement({
  description: 'What the browser has to be asked for, within five minutes.',
  fields: (t) => ({
    options: t.field({
      type: 'JSON',
      description:
        'For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` (WebAuthn level 3).',
      resolve: ({ options }) => options,
    }),
  }),
});

const AddPasskeyInput = builder.inputType('AddPasskeyInput', {
  description: 'What `navigator.credentials.create` gave, by its `toJSON`. Everything binary is base64url.',
  fields: (t) => ({
    name: t.string({ description: 'What you want to call it; at most 60 characters.' }),
    credentialId: t.string({ description: '`id`.' }),
    clientDataJson: t.string({ description: '`response.clientDataJSON`.' }),
    attestationObject: t.string({ description: '`response.attestationObject`.' }),
    transports: t.stringList({ required: false, description: '`response.transports`.' }),
  }),
});

const PasskeySignInInput = builder.inputType('PasskeySignInInput', {
  description: 'What `navigator.credentials.get` gave, by its `toJSON`. Everything binary is base64url.',
  fields: (t) => ({
    credentialId: t.string({ description: '`id`.' }),
    clientDataJson: t.string({ description: '`response.clientDataJSON`.' }),
    authenticatorData: t.string({ description: '`response.authenticatorData`.' }),
    signature: t.string({ description: '`response.signature`.' }),
  }),
});

builder.queryFields((t) => ({
  myPasskeys: t.field({
    type: [PasskeyRef],
    nullable: true,
    authenticated: true,
    description: 'Your passkeys at this company, oldest first.',
    resolve: async (_root, _args, { request, services }) => [...(await services.passkeys.mine(request))],
  }),
}));

builder.mutationFields((t) => ({
  beginAddingPasskey: t.field({
    type: PasskeyOptionsRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, StepUpRequiredError, ConflictError] },
    description: 'Begins to add a passkey.',
    resolve: async (_root, _args, { request, services }) => ({ options: await services.passkeys.beginAdding(request) }),
  }),
  addPasskey: t.field({
    type: PasskeyRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ValidationError, ConflictError] },
    description: 'Ends adding a passkey by what the browser gave.',
    args: { input: t.arg({ type: AddPasskeyInput, description: 'The new passkey.' }) },
    resolve: (_root, { input }, { request, services }) => services.passkeys.add(request, input),
  }),
  removePasskey: t.field({
    type: PasskeyRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, NotFoundError, StepUpRequiredError] },
    description: 'Does away with a passkey.',
    args: { id: t.arg.id({ description: 'Global id of the passkey.' }) },
    resolve: (_root, { id }, { request, services }) => services.passkeys.remove(request, PasskeyId.require(id)),
  }),
  beginPasskeySignIn: t.field({
    type: PasskeyOptionsRef,
    nullable: true,
    tag: ['public', 'credentials'],
    description: 'Begins to sign in with a passkey; the same for everybody.',
    resolve: async (_root, _args, { request, services }) => ({ options: await services.passkeys.beginSignIn(request) }),
  }),
  signInWithPasskey: t.field({
    type: AuthPayloadRef,
    nullable: true,
    tag: ['public', 'credentials'],
    errors: { types: [UnauthenticatedError, RateLimitedError, ValidationError] },
    description: 'Ends signing in with a passkey, which is two factors in one.',
    args: { input: t.arg({ type: PasskeySignInInput, description: 'What the browser gave.' }) },
    resolve: (_root, { input }, { request, services }) => services.passkeys.signIn(request, input),
  }),
}));
