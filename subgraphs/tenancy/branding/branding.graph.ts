import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import type { Branding } from './branding.js';

const BrandingRef = builder.objectRef<Branding>('Branding').implement({
  description: 'How a company looks, and whom its people turn to. Anybody may know, before she signs in.',
  fields: (t) => ({
    displayName: t.exposeString('displayName', { nullable: true, description: 'What it calls itself; null for its name.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'Its logo, behind https.' }),
    accentColor: t.exposeString('accentColor', { description: 'Colour of buttons and headings, as `#RRGGBB`.' }),
    backgroundColor: t.exposeString('backgroundColor', { nullable: true, description: 'Colour of pages, as `#RRGGBB`; null for light or dark, as she likes it.' }),
    textColor: t.exposeString('textColor', { nullable: true, description: 'What is read on it, as `#RRGGBB`.' }),
    supportEmail: t.exposeString('supportEmail', { nullable: true, description: 'Where people write who need help.' }),
    termsUrl: t.exposeString('termsUrl', { nullable: true, description: 'Its terms.' }),
    privacyUrl: t.exposeString('privacyUrl', { nullable: true, description: 'How it treats personal data.' }),
    imprintUrl: t.exposeString('imprintUrl', { nullable: true, description: 'Who it is.' }),
    mailSenderName: t.exposeString('mailSenderName', {
      nullable: true,
      requiresScopes: [['settings:read'], ['settings:update']],
      description: 'In whose name its mails are sent; null for its name.',
    }),
    isCustom: t.exposeBoolean('isCustom', {
      nullable: true,
      requiresScopes: [['settings:read'], ['settings:update']],
      description: 'Whether the plan lets it choose more than the colour (`custom_branding`).',
    }),
  }),
});

const UpdateBrandingInput = builder.inputType('UpdateBrandingInput', {
  description: 'What is left out stays as it is; null clears it.',
  fields: (t) => ({
    displayName: t.string({ required: false, description: 'What it calls itself, 1 to 80 characters.' }),
    logoUrl: t.string({ required: false, description: 'An address with https, up to 500 characters.' }),
    accentColor: t.string({ required: false, description: 'As `#RRGGBB`; to be read on the background (4.5:1).' }),
    backgroundColor: t.string({ required: false, description: 'As `#RRGGBB`; together with the colour of the text.' }),
    textColor: t.string({ required: false, description: 'As `#RRGGBB`; legible on the background (4.5:1).' }),
    supportEmail: t.string({ required: false, description: 'Where people write who need help.' }),
    termsUrl: t.string({ required: false, description: 'An address with https.' }),
    privacyUrl: t.string({ required: false, description: 'An address with https.' }),
    imprintUrl: t.string({ required: false, description: 'An address with https.' }),
    mailSenderName: t.string({ required: false, description: 'In whose name its mails are sent, 1 to 60 characters.' }),
  }),
});

builder.queryFields((t) => ({
  branding: t.field({
    type: BrandingRef,
    nullable: true,
    tag: 'public',
    description: 'How the company looks whose address the request came to; null at the address of the platform itself.',
    resolve: (_root, _args, { request, services }) => services.branding.current(request),
  }),
}));

builder.mutationFields((t) => ({
  updateBranding: t.field({
    type: BrandingRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Changes how your company looks on its pages and in its mails, where its plan includes that.',
    args: { input: t.arg({ type: UpdateBrandingInput, description: 'The changes.' }) },
    resolve: (_root, { input }, { request, services }) => services.branding.update(request, input),
  }),
}));
