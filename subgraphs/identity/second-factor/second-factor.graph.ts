import {
  ConflictError,
  RateLimitedError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { accessTokenFields } from '../session/access-token.fields.js';
import { AuthPayloadRef } from '../session/session.graph.js';
import type { IssuedToken } from '../session/token-issuer.js';
import { SecondFactorRequiredError, type SECOND_FACTOR_METHODS } from './second-factor.js';
import type { SecondFactorState, TotpEnrolment } from './second-factor.service.js';

const SecondFactorMethodEnum = builder.enumType('SecondFactorMethod', {
  description: 'What a second factor can be.',
  values: {
    TOTP: { description: 'Six digits of an authenticator app (RFC 6238).' },
    RECOVERY_CODE: { description: 'One of the codes that were written down, each good once.' },
  } satisfies Record<(typeof SECOND_FACTOR_METHODS)[number], { description: string }>,
});

builder.objectType(SecondFactorRequiredError, {
  name: 'SecondFactorRequired',
  description: 'The first factor holds; go on with `completeSignIn`.',
  interfaces: ['UserError'],
  fields: (t) => ({
    mfaRequired: t.boolean({ description: 'Always true.', resolve: () => true }),
    challenge: t.exposeString('challenge', { description: 'To be sent with the code. Keep it from anyone else.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when the code has to be sent.' }),
    methods: t.field({
      type: [SecondFactorMethodEnum],
      description: 'What is accepted.',
      resolve: ({ methods }) => [...methods],
    }),
  }),
});

const SecondFactorRef = builder.objectRef<SecondFactorState>('SecondFactor').implement({
  description: 'Whether signing in as you takes more than a password.',
  authenticated: true,
  fields: (t) => ({
    totpEnabled: t.exposeBoolean('totpEnabled', { description: 'Whether an authenticator app is set up.' }),
    recoveryCodesLeft: t.exposeInt('recoveryCodesLeft', { description: 'How many recovery codes were not used yet.' }),
  }),
});

const TotpEnrolmentRef = builder.objectRef<TotpEnrolment>('TotpEnrolment').implement({
  description: 'What an authenticator app is set up with; asked of nobody until `confirmTotp`.',
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'Base32, to be typed.' }),
    uri: t.exposeString('uri', { description: '`otpauth://…`, to be shown as a QR code.' }),
  }),
});

const RecoveryCodesRef = builder.objectRef<{ readonly codes: readonly string[] }>('RecoveryCodes').implement({
  description: 'What lets you in without the phone. Shown this once; older ones are worth nothing any more.',
  fields: (t) => ({
    codes: t.stringList({ description: 'Ten, each good once.', resolve: ({ codes }) => [...codes] }),
  }),
});

const SecondFactorOffRef = builder.objectRef<{ readonly at: Date }>('SecondFactorOff').implement({
  description: 'Signing in takes the password only.',
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'Since when.' }) }),
});

const SteppedUpRef = builder.objectRef<{ readonly access: IssuedToken }>('SteppedUp').implement({
  description: 'An access token that opens what is dangerous, for ten minutes.',
  fields: (t) => accessTokenFields(t),
});

const CompleteSignInInput = builder.inputType('CompleteSignInInput', {
  description: 'The second factor of a sign-in.',
  fields: (t) => ({
    challenge: t.string({ description: 'What `SecondFactorRequired` held.' }),
    code: t.string({ description: 'Six digits of the app, or a recovery code.' }),
  }),
});

const StepUpInput = builder.inputType('StepUpInput', {
  description: 'A fresh proof of who you are.',
  fields: (t) => ({
    password: t.string({ description: 'Your password.' }),
    code: t.string({ required: false, description: 'Six digits of your app, or a recovery code; if you have a second factor.' }),
  }),
});

builder.queryFields((t) => ({
  mySecondFactor: t.field({
    type: SecondFactorRef,
    nullable: true,
    authenticated: true,
    description: 'Whether signing in as you takes more than a password.',
    resolve: (_root, _args, { request, services }) => services.secondFactors.state(request),
  }),
}));

builder.mutationFields((t) => {
  const code = t.arg.string({ description: 'Six digits of the app, or a recovery code.' });
  return {
    completeSignIn: t.field({
      type: AuthPayloadRef,
      nullable: true,
      tag: ['public', 'credentials'],
      errors: { types: [UnauthenticatedError, RateLimitedError] },
      description: 'Ends a sign-in that asked for a second factor. Five wrong codes, and it has to begin anew.',
      args: { input: t.arg({ type: CompleteSignInInput, description: 'Challenge and code.' }) },
      resolve: (_root, { input }, { request, services }) => services.secondSteps.complete(request, input),
    }),
    stepUp: t.field({
      type: SteppedUpRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, ValidationError, RateLimitedError] },
      description: 'Proves once more who you are, for what answers `StepUpRequiredError`.',
      args: { input: t.arg({ type: StepUpInput, description: 'Password, and code where there is a second factor.' }) },
      resolve: async (_root, { input }, { request, services }) => ({
        access: await services.secondSteps.stepUp(request, { password: input.password, code: input.code ?? null }),
      }),
    }),
    enrolTotp: t.field({
      type: TotpEnrolmentRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, StepUpRequiredError, ConflictError, ValidationError] },
      description: 'Begins to set an authenticator app up.',
      args: {
        label: t.arg.string({ required: false, description: 'What the app names the account by; your address by default.' }),
      },
      resolve: async (_root, { label }, { request, services }) =>
        services.secondFactors.enrol(request, label ?? (await services.users.emailOf(request))),
    }),
    confirmTotp: t.field({
      type: RecoveryCodesRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, ValidationError] },
      description: 'Ends setting an authenticator app up; from then on signing in takes its codes.',
      args: { code: t.arg.string({ description: 'The first six digits it shows.' }) },
      resolve: async (_root, args, { request, services }) => ({
        codes: await services.secondFactors.confirm(request, args.code),
      }),
    }),
    disableTotp: t.field({
      type: SecondFactorOffRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, ValidationError, StepUpRequiredError] },
      description: 'Does away with the second factor and its recovery codes.',
      args: { code },
      resolve: async (_root, args, { request, services }) => {
        await services.secondFactors.disable(request, args.code);
        return { at: request.clock.now() };
      },
    }),
    renewRecoveryCodes: t.field({
      type: RecoveryCodesRef,
      nullable: true,
      tag: 'while-read-only',
      authenticated: true,
      errors: { types: [UnauthenticatedError, ValidationError, StepUpRequiredError] },
      description: 'Gives new recovery codes in place of the old ones.',
      args: { code },
      resolve: async (_root, args, { request, services }) => ({
        codes: await services.secondFactors.renewRecoveryCodes(request, args.code),
      }),
    }),
  };
});
