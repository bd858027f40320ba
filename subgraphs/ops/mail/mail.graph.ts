import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { MailId } from '../ids.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import type { MAIL_STATUSES } from './mail.js';
import type { MailRow } from './mail.store.js';

const MailStatusEnum = builder.enumType('MailStatus', {
  description: 'What became of a mail.',
  values: {
    PENDING: { description: 'On its way; it may have been tried already.' },
    SENT: { description: 'The mail server took it.' },
    FAILED: { description: 'Given up: refused for good, or tried for two days in vain.' },
  } satisfies Record<(typeof MAIL_STATUSES)[number], { description: string }>,
});

const MailRef = builder.objectRef<MailRow>('Mail').implement({
  description: 'A mail that the platform sent, or tries to. What it said is not shown.',
  requiresScopes: [['settings:read'], ['platform:audit:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (mail) => MailId.encode(mail.id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company.', resolve: tenantOf }),
    template: t.exposeString('template', { description: 'What kind of mail it is, such as `PASSWORD_RESET`.' }),
    recipient: t.exposeString('recipient', { description: 'Address it goes to.' }),
    status: t.expose('status', { type: MailStatusEnum, description: 'What became of it.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    failure: t.exposeString('failure', {
      nullable: true,
      description: 'Why the last attempt failed, in words of the mail server; null when none has.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', nullable: true, description: 'When the mail server took it.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next; null once it is sent or given up.',
    }),
  }),
});

builder.queryFields((t) => ({
  mails: t.connection(
    {
      type: MailRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:audit:read']],
      description: "Mails, newest first: your company's, and for platform staff every company's.",
      args: {
        status: t.arg({ type: MailStatusEnum, required: false, description: 'Only those of which this became.' }),
        recipient: t.arg.string({ required: false, description: 'Only those to this address.' }),
      },
      resolve: (_root, { status, recipient, ...page }, { request, services }) =>
        services.mails.list(request, page, { status: status ?? undefined, recipient: recipient ?? undefined }),
    },
    { name: 'MailConnection', description: 'A page of mails.' },
    { name: 'MailEdge', description: 'A mail in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  resendMail: t.field({
    type: MailRef,
    nullable: true,
    requiresScopes: [['settings:update'], ['platform:incidents:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Sends a mail once more that was given up, for five days after it was asked for.',
    args: { id: t.arg.id({ description: 'Global id of the mail.' }) },
    resolve: (_root, { id }, { request, services }) => services.mails.resend(request, MailId.require(id)),
  }),
}));
