import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ConsentId } from '../ids.js';
import type { CONSENT_PURPOSES, ConsentPurpose } from './consent.js';
import type { ConsentRow } from './consent.store.js';

const ConsentPurposeEnum = builder.enumType('ConsentPurpose', {
  description: 'What somebody can agree to.',
  values: {
    TERMS: { description: 'The terms of the company.' },
    PRIVACY: { description: 'How personal data is handled.' },
    MARKETING_EMAIL: { description: 'Offers by e-mail.' },
    MARKETING_SMS: { description: 'Offers by text message.' },
    DATA_SALE: { description: 'That your data is sold or shared for others’ advertising; no means: do not sell.' },
    ANALYTICS: { description: 'Counting what is used, beyond what running the service takes.' },
  } satisfies Record<(typeof CONSENT_PURPOSES)[number], { description: string }>,
});

const ConsentRef = builder.objectRef<ConsentRow>('Consent').implement({
  description: 'An answer to what you were asked to agree to. Answers are only ever added.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (consent) => ConsentId.encode(consent.id) }),
    purpose: t.field({
      type: ConsentPurposeEnum,
      description: 'What it was about.',
      resolve: (consent) => consent.purpose as ConsentPurpose,
    }),
    granted: t.exposeBoolean('granted', { description: 'Whether you agreed.' }),
    textVersion: t.exposeString('textVersion', { description: 'Which wording you were shown.' }),
    givenAt: t.expose('givenAt', { type: 'DateTime', description: 'When you answered.' }),
  }),
});

const GiveConsentInput = builder.inputType('GiveConsentInput', {
  description: 'Your answer.',
  fields: (t) => ({
    purpose: t.field({ type: ConsentPurposeEnum, description: 'What you were asked.' }),
    granted: t.boolean({ description: 'Whether you agree; false takes an earlier yes back.' }),
    textVersion: t.string({ description: 'Which wording you were shown, such as `2026-11`.' }),
  }),
});

builder.queryFields((t) => ({
  myConsents: t.field({
    type: [ConsentRef],
    nullable: true,
    authenticated: true,
    description: 'What you agreed to or declined here: the newest answer of each purpose.',
    resolve: (_root, _args, { request, services }) => services.consents.current(request),
  }),
  myConsentHistory: t.connection(
    {
      type: ConsentRef,
      nullable: true,
      authenticated: true,
      description: 'Every answer you ever gave here, newest first.',
      resolve: (_root, args, { request, services }) => services.consents.history(request, args),
    },
    { name: 'ConsentConnection', description: 'A page of answers.' },
    { name: 'ConsentEdge', description: 'An answer in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  giveConsent: t.field({
    type: ConsentRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ValidationError] },
    description: 'Agrees to something, or no longer.',
    args: { input: t.arg({ type: GiveConsentInput, description: 'Your answer.' }) },
    resolve: (_root, { input }, { request, services }) => services.consents.answer(request, input),
  }),
}));
