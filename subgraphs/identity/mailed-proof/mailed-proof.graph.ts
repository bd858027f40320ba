import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { AuthPayloadRef } from '../session/session.graph.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
import { UserRef } from '../user/user.graph.js';
import type { ShownProof } from './mailed-proof.js';

const MailSentRef = builder.objectRef<{ readonly email: string }>('MailSent').implement({
  description: 'Says that a request was taken; the same whether or not the address is known.',
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The address, as it was understood.' }),
  }),
});

const MailedProofInput = builder.inputType('MailedProofInput', {
  description: 'What a mail of ours held: either the token of its link, or its code with the address it came to.',
  fields: (t) => ({
    token: t.string({ required: false, description: 'What stands behind `token=` in the link.' }),
    email: t.string({ required: false, description: 'Address the mail came to; with `code` only.' }),
    code: t.string({ required: false, description: 'Six digits; five wrong ones make it worthless.' }),
  }),
});

interface ProofInput {
  readonly token?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly code?: string | null | undefined;
}

/** @throws {ValidationError} unless it is one or the other */
function shownIn({ token, email, code }: ProofInput): ShownProof {
  if (token && !email && !code) return { token };
  if (!token && email && code) return { email: email.trim().toLowerCase(), code: code.trim() };
  throw ValidationError.of('proof', 'must be either a token, or an address with a code');
}

const EmailVerifiedRef = builder.objectRef<{ readonly userId: string }>('EmailVerified').implement({
  description: 'The address is known to be yours.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'Whose it is. Ask for it with an access token; without one it is null.',
      resolve: ({ userId }, _args, { request, services }) => services.users.find(request, userId),
    }),
  }),
});

const PasswordChangedRef = builder.objectRef<{ readonly at: Date }>('PasswordChanged').implement({
  description: 'There is a new password, and every other session has ended.',
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'Since when.' }) }),
});

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password, on the word of a mail.',
  fields: (t) => ({
    token: t.string({ description: 'What stands behind `token=` in the link.' }),
    newPassword: t.string({
      description: 'At least 8 characters with an upper and a lower case letter, a number and a special one.',
    }),
  }),
});

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'A new password in place of one you know.',
  fields: (t) => ({
    currentPassword: t.string({ description: 'The one you have.' }),
    newPassword: t.string({
      description: 'At least 8 characters with an upper and a lower case letter, a number and a special one.',
    }),
  }),
});

builder.mutationFields((t) => {
  const proof = t.arg({ type: MailedProofInput, description: 'What the mail held.' });
  const email = t.arg.string({ description: 'Where it is to be sent.' });
  return {
    requestEmailVerification: t.field({
      type: MailSentRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError] },
      description: 'Sends you a link and a code that verify your address, unless it is; good for a day.',
      resolve: (_root, _args, { request, services }) => services.emailVerification.request(request),
    }),
    verifyEmail: t.field({
      type: EmailVerifiedRef,
      nullable: true,
      tag: ['public', 'credentials'],
      errors: { types: [UnauthenticatedError, ValidationError] },
      description: 'Verifies an address by what was sent to it: `PENDING` becomes `ACTIVE`.',
      args: { proof },
      resolve: async (_root, args, { request, services }) => ({
        userId: await services.emailVerification.verify(request, shownIn(args.proof)),
      }),
    }),
    requestPasswordReset: t.field({
      type: MailSentRef,
      nullable: true,
      tag: ['public', 'credentials', 'captcha'],
      errors: { types: [ValidationError] },
      description: 'Sends a link by which a new password is chosen, if the address is known here; good for an hour.',
      args: { email },
      resolve: (_root, args, { request, services }) => services.proofs.request(request, 'PASSWORD_RESET', args.email),
    }),
    resetPassword: t.field({
      type: PasswordChangedRef,
      nullable: true,
      tag: ['public', 'credentials'],
      cost: 20,
      errors: { types: [UnauthenticatedError, ValidationError] },
      description: 'Chooses a new password by a link of `requestPasswordReset`. Every session ends.',
      args: { input: t.arg({ type: ResetPasswordInput, description: 'Link and password.' }) },
      resolve: async (_root, { input }, { request, services }) => {
        await services.passwords.reset(request, input);
        return { at: request.clock.now() };
      },
    }),
    changePassword: t.field({
      type: PasswordChangedRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, ValidationError] },
      description: 'Changes your password. Every session but this one ends.',
      args: { input: t.arg({ type: ChangePasswordInput, description: 'Old and new.' }) },
      resolve: async (_root, { input }, { request, services }) => {
        await services.passwords.change(request, input);
        return { at: request.clock.now() };
      },
    }),
    requestMagicLink: t.field({
      type: MailSentRef,
      nullable: true,
      tag: ['public', 'credentials', 'captcha'],
      errors: { types: [ValidationError] },
      description: 'Sends a link and a code to sign in with, if the address is known here; good once, for ten minutes.',
      args: { email },
      resolve: (_root, args, { request, services }) => services.magicLinks.request(request, args.email),
    }),
    consumeMagicLink: t.field({
      type: AuthPayloadRef,
      nullable: true,
      tag: ['public', 'credentials'],
      errors: { types: [UnauthenticatedError, ValidationError, SecondFactorRequiredError] },
      description: 'Signs in by what `requestMagicLink` has sent.',
      args: { proof },
      resolve: (_root, args, { request, services }) => services.magicLinks.consume(request, shownIn(args.proof)),
    }),
  };
});
