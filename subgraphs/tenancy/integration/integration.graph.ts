import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  StepUpRequiredError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { maskedSchema, type IntegrationType, type MaskedCredential } from './credentials.js';
import type { CheckedIntegration, CheckOutcome } from './integration-check.js';
import type { EnabledIntegration } from './integration.service.js';
import type { IntegrationRow } from './integration.store.js';

const IntegrationTypeEnum = builder.enumType('IntegrationType', {
  description: 'A service outside that the platform can work with for a company.',
  values: {
    CAPRICORN_EDI: { description: 'Access to EDI, kept for whoever exchanges orders there, and verified when asked.' },
    STRIPE_PAYMENT: {
      description: "The company's own account at Stripe, kept and verified when asked; payments go through the platform's.",
    },
    SLACK_NOTIFICATION: { description: 'Messages to a channel of Slack.' },
    CUSTOM_WEBHOOK: { description: 'Calls to an address of its own, signed by us.' },
  } satisfies Record<IntegrationType, { description: string }>,
});

const MaskedCredentialRef = builder.objectRef<MaskedCredential>('MaskedCredential').implement({
  description: 'What is shown of a credential.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Which it is.' }),
    masked: t.exposeString('masked', { description: 'How it ends, if it is long enough for that.' }),
  }),
});

const IntegrationCheckOutcomeEnum = builder.enumType('IntegrationCheckOutcome', {
  description: 'What came of asking a service whether it lets us in.',
  values: {
    ANSWERS: { description: 'It does.' },
    REFUSED: { description: 'It does not take the credentials.' },
    UNREACHABLE: { description: 'It could not be asked, or does not answer as it should.' },
  } satisfies Record<CheckOutcome, { description: string }>,
});

type Check = CheckedIntegration & { readonly at: Date };

const IntegrationCheckRef = builder.objectRef<Check>('IntegrationCheck').implement({
  description: 'Whether a service let us in when it was last asked.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was asked.' }),
    outcome: t.expose('outcome', { type: IntegrationCheckOutcomeEnum, description: 'What came of it.' }),
    problem: t.exposeString('problem', { nullable: true, description: 'What is in the way; null where it answers.' }),
  }),
});

const IntegrationRef = builder.objectRef<IntegrationRow>('Integration').implement({
  description: 'A service outside that a company lets the platform work with. Its credentials are never answered.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    type: t.expose('type', { type: IntegrationTypeEnum, description: 'Which it is.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is called.' }),
    credentials: t.field({
      type: [MaskedCredentialRef],
      description: 'Which credentials are kept, masked.',
      resolve: ({ maskedCredentials }) => maskedSchema.parse(maskedCredentials),
    }),
    check: t.field({
      type: IntegrationCheckRef,
      nullable: true,
      description: 'What `verifyIntegration` last found; null before it was asked with these credentials.',
      resolve: ({ checkedAt, checkOutcome, checkProblem }) =>
        checkedAt && checkOutcome ? { at: checkedAt, outcome: checkOutcome, problem: checkProblem } : null,
    }),
    enabledAt: t.expose('enabledAt', { type: 'DateTime', description: 'When it was last enabled.' }),
    disabledAt: t.expose('disabledAt', { type: 'DateTime', nullable: true, description: 'When it was disabled; null while it is active.' }),
  }),
});

const EnabledIntegrationRef = builder.objectRef<EnabledIntegration>('EnabledIntegration').implement({
  description: 'An integration that was enabled just now.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    integration: t.field({ type: IntegrationRef, description: 'The integration.', resolve: ({ integration }) => integration }),
    signingSecret: t.exposeString('signingSecret', {
      nullable: true,
      description: 'What our calls are signed with: told here and never again; null for kinds that have none of ours.',
    }),
  }),
});

const RotatedKeyRef = builder.objectRef<{ readonly integrations: readonly IntegrationRow[] }>('RotatedIntegrationKey').implement({
  description: "What was sealed anew with the company's new key.",
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    integrations: t.field({
      type: [IntegrationRef],
      description: 'The integrations.',
      resolve: ({ integrations }) => [...integrations],
    }),
  }),
});

const CapricornEdiInput = builder.inputType('CapricornEdiInput', {
  description: 'Access to Capricorn EDI.',
  fields: (t) => ({
    endpoint: t.string({ description: 'Address, with https.' }),
    username: t.string({ description: 'Name of the account.' }),
    password: t.string({ description: 'Its password.' }),
  }),
});

const StripePaymentInput = builder.inputType('StripePaymentInput', {
  description: 'Access to an account at Stripe.',
  fields: (t) => ({
    secretKey: t.string({ description: 'Secret or restricted key: `sk_…` or `rk_…`.' }),
    webhookSecret: t.string({ description: 'Secret of the endpoint: `whsec_…`.' }),
  }),
});

const SlackNotificationInput = builder.inputType('SlackNotificationInput', {
  description: 'Access to a channel of Slack.',
  fields: (t) => ({ webhookUrl: t.string({ description: 'Incoming webhook: `https://hooks.slack.com/services/…`.' }) }),
});

const CustomWebhookInput = builder.inputType('CustomWebhookInput', {
  description: 'An address of its own.',
  fields: (t) => ({ url: t.string({ description: 'Address, with https.' }) }),
});

const EnableIntegrationInput = builder.inputType('EnableIntegrationInput', {
  description: 'Exactly one of them.',
  fields: (t) => ({
    capricornEdi: t.field({ type: CapricornEdiInput, required: false, description: 'Capricorn EDI.' }),
    stripePayment: t.field({ type: StripePaymentInput, required: false, description: 'Stripe.' }),
    slackNotification: t.field({ type: SlackNotificationInput, required: false, description: 'Slack.' }),
    customWebhook: t.field({ type: CustomWebhookInput, required: false, description: 'An address of its own.' }),
  }),
});

builder.queryFields((t) => ({
  integrations: t.field({
    type: [IntegrationRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'Integrations of your company that were ever enabled.',
    resolve: async (_root, _args, { request, services }) => [...(await services.integrations.list(request))],
  }),
  integration: t.field({
    type: IntegrationRef,
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'One of them; null when it was never enabled.',
    args: { type: t.arg({ type: IntegrationTypeEnum, description: 'Which.' }) },
    resolve: (_root, { type }, { request, services }) => services.integrations.find(request, type),
  }),
}));

builder.mutationFields((t) => ({
  enableIntegration: t.field({
    type: EnabledIntegrationRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, StepUpRequiredError] },
    description: 'Enables an integration, or gives it other credentials.',
    args: { input: t.arg({ type: EnableIntegrationInput, description: 'Which, and its credentials.' }) },
    resolve: (_root, { input }, { request, services }) => services.integrations.enable(request, input),
  }),
  disableIntegration: t.field({
    type: IntegrationRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Ends the use of an integration at once.',
    args: { type: t.arg({ type: IntegrationTypeEnum, description: 'Which.' }) },
    resolve: (_root, { type }, { request, services }) => services.integrations.disable(request, type),
  }),
  verifyIntegration: t.field({
    type: IntegrationRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError, ConflictError, RateLimitedError] },
    description: 'Asks Stripe or EDI whether it lets us in with what is kept; at most every ten seconds. Nothing is changed there.',
    args: { type: t.arg({ type: IntegrationTypeEnum, description: 'Which.' }) },
    resolve: (_root, { type }, { request, services }) => services.integrations.verify(request, type),
  }),
  rotateIntegrationKey: t.field({
    type: RotatedKeyRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ForbiddenError, StepUpRequiredError] },
    description: "Gives your company a new key, seals all credentials with it and forgets the old one.",
    resolve: async (_root, _args, { request, services }) => ({ integrations: await services.integrations.rotateKey(request) }),
  }),
}));
