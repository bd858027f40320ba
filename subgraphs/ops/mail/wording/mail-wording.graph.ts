import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { builder } from '../../builder.js';
import type { RenderedMail } from '../templates/render.js';
import { placeholdersOf, REQUIRED_PLACEHOLDERS } from '../templates/samples.js';
import type { UsedWording } from './mail-wording.store.js';

const MailTemplateEnum = builder.enumType('MailTemplate', {
  description: 'A mail that the platform sends.',
  values: {
    EMAIL_VERIFICATION: { description: 'Confirms an address.' },
    PASSWORD_RESET: { description: 'Brings the link behind which a new password is chosen.' },
    PASSWORD_CHANGED: { description: 'Says that a password was changed.' },
    SIGN_IN_LINK: { description: 'Brings a link and a code to sign in by.' },
    NEW_DEVICE: { description: 'Says that a device signed in for the first time.' },
    MEMBER_INVITATION: { description: 'Invites somebody into a company.' },
    ADMIN_WELCOME: { description: 'Welcomes somebody among the platform’s staff.' },
    TENANT_WELCOME: { description: 'Welcomes the owner of a new company.' },
    TRIAL_EXPIRY_WARNING: { description: 'Says that a trial ends soon.' },
    TRIAL_EXPIRED: { description: 'Says that a trial has ended.' },
    TENANT_SUSPENDED: { description: 'Says that a company was suspended.' },
    TENANT_REACTIVATED: { description: 'Says that a company can work again.' },
    SUPPORT_TICKET_CONFIRMATION: { description: 'Confirms a support ticket.' },
    BOOKING_INVITATION: { description: 'Brings an appointment for a calendar.' },
    PAYMENT_FAILED: { description: 'Says that a payment came to nothing.' },
    INVOICE: { description: 'Says what was paid, and where the receipt is.' },
    NOTICE: { description: 'Says what somebody is told by mail.' },
  } satisfies Record<MailTemplate, { description: string }>,
});

const MailWordingRef = builder.objectRef<UsedWording>('MailWording').implement({
  description: 'The words of a mail, with placeholders such as `{{displayName}}`. Its code and its link have their own place.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    template: t.expose('template', { type: MailTemplateEnum, description: 'The mail.' }),
    locale: t.exposeString('locale', { description: 'BCP 47: the language of the words, which another may stand in for.' }),
    subject: t.string({ description: 'Its subject.', resolve: ({ words }) => words.subject }),
    body: t.string({ description: 'What it says; a line left empty begins another paragraph.', resolve: ({ words }) => words.body }),
    actionLabel: t.string({ nullable: true, description: 'What is written on its link, where it has one.', resolve: ({ words }) => words.actionLabel }),
    footnote: t.string({ nullable: true, description: 'Small print behind it.', resolve: ({ words }) => words.footnote }),
    isCustom: t.boolean({ description: 'Whether they are the company’s own.', resolve: ({ updatedAt }) => updatedAt !== null }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: true, description: 'When the company wrote them.' }),
    placeholders: t.stringList({ description: 'Names it is told, without the braces.', resolve: ({ template }) => placeholdersOf(template) }),
    requiredPlaceholders: t.stringList({ description: 'Those that have to stand somewhere in it.', resolve: ({ template }) => REQUIRED_PLACEHOLDERS[template] }),
  }),
});

const MailPreviewRef = builder.objectRef<RenderedMail>('MailPreview').implement({
  description: 'A mail with sample data.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    subject: t.exposeString('subject', { description: 'Its subject.' }),
    text: t.exposeString('text', { description: 'As plain text.' }),
    html: t.exposeString('html', { description: 'As HTML, in which nothing runs.' }),
  }),
});

const SetMailWordingInput = builder.inputType('SetMailWordingInput', {
  description: 'Words of a mail. Plain text: markup is shown as it stands.',
  fields: (t) => ({
    template: t.field({ type: MailTemplateEnum, description: 'The mail.' }),
    locale: t.string({ description: 'BCP 47 language tag, such as `de` or `pt-BR`.' }),
    subject: t.string({ description: 'One line of up to 200 characters.' }),
    body: t.string({ description: 'Up to 10,000 characters; a line left empty begins another paragraph.' }),
    actionLabel: t.string({ required: false, description: 'Up to 80 characters; as shipped when left out.' }),
    footnote: t.string({ required: false, description: 'Up to 1,000 characters; as shipped when left out, none when empty.' }),
  }),
});

const PreviewMailInput = builder.inputType('PreviewMailInput', {
  description: 'Words to be tried out; what is left out is as it stands.',
  fields: (t) => ({
    template: t.field({ type: MailTemplateEnum, description: 'The mail.' }),
    locale: t.string({ description: 'BCP 47 language tag.' }),
    subject: t.string({ required: false, description: 'One line of up to 200 characters.' }),
    body: t.string({ required: false, description: 'Up to 10,000 characters.' }),
    actionLabel: t.string({ required: false, description: 'Up to 80 characters.' }),
    footnote: t.string({ required: false, description: 'Up to 1,000 characters.' }),
  }),
});

builder.queryFields((t) => ({
  mailWordings: t.field({
    type: [MailWordingRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'Every mail in the words it goes out in: your company’s, else the platform’s.',
    args: { locale: t.arg.string({ required: false, description: 'What the recipient reads; your company’s language when left out.' }) },
    resolve: (_root, args, { request, services }) => services.mailWordings.list(request, args).then((wordings) => [...wordings]),
  }),
  mailPreview: t.field({
    type: MailPreviewRef,
    nullable: true,
    requiresScopes: [['settings:read']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'A mail as your company’s recipients would see it, with sample data. Nothing is sent or kept.',
    args: { input: t.arg({ type: PreviewMailInput, description: 'The words.' }) },
    resolve: (_root, { input }, { request, services }) => services.mailWordings.preview(request, input),
  }),
}));

builder.mutationFields((t) => ({
  setMailWording: t.field({
    type: MailWordingRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Has a mail say it in your company’s own words, in one language.',
    args: { input: t.arg({ type: SetMailWordingInput, description: 'The words.' }) },
    resolve: (_root, { input }, { request, services }) => services.mailWordings.set(request, input),
  }),
  resetMailWording: t.field({
    type: MailWordingRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
    description: 'Goes back to what the platform says in that mail.',
    args: {
      template: t.arg({ type: MailTemplateEnum, description: 'The mail.' }),
      locale: t.arg.string({ description: 'The language in which your company has words of its own.' }),
    },
    resolve: (_root, args, { request, services }) => services.mailWordings.reset(request, args),
  }),
}));
