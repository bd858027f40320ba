import { ConflictError, ForbiddenError, NotFoundError } from '../../../_kernel/errors/domain-error.js';
import { UserId } from '../../../identity/ids.js';
import { builder } from '../../builder.js';
import { NotificationLogId } from '../../ids.js';
import { tenantOf, TenantRef } from '../../tenant.graph.js';
import { NotificationKindEnum } from '../notification.graph.js';
import type { NOTIFICATION_STATUSES, NotificationChannel, NotificationLogRow } from './notification-log.store.js';

export const NotificationChannelEnum = builder.enumType('NotificationChannel', {
  description: 'By what somebody is told something outside of the application.',
  values: {
    EMAIL: { description: 'A mail.' },
    SMS: { description: 'A message to a telephone.' },
    PUSH: { description: 'A message to a browser.' },
    SLACK: { description: 'A message to a channel of Slack, for a team.' },
    PAGERDUTY: { description: 'An alert of PagerDuty, for a team.' },
  } satisfies Record<NotificationChannel, { description: string }>,
});

const NotificationStatusEnum = builder.enumType('NotificationStatus', {
  description: 'What became of it.',
  values: {
    PENDING: { description: 'It is to go out; it may have been tried already.' },
    SENT: { description: 'Whoever delivers it has taken it.' },
    FAILED: { description: 'Given up.' },
    BOUNCED: { description: 'It was taken, and came back.' },
  } satisfies Record<(typeof NOTIFICATION_STATUSES)[number], { description: string }>,
});

const NotificationLogRef = builder.objectRef<NotificationLogRow>('NotificationLog').implement({
  description: 'Something that somebody is told outside of the application. What it says is not shown.',
  requiresScopes: [['settings:read'], ['platform:audit:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => NotificationLogId.encode(id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company.', resolve: tenantOf }),
    userId: t.id({
      nullable: true,
      description: 'Global id of the person it is for; null for a team.',
      resolve: ({ userId }) => (userId === null ? null : UserId.encode(userId)),
    }),
    channel: t.expose('channel', { type: NotificationChannelEnum, description: 'By what.' }),
    kind: t.expose('kind', { type: NotificationKindEnum, description: 'What it is about.' }),
    inDigest: t.exposeBoolean('inDigest', { description: 'Whether it is told together with other things.' }),
    status: t.expose('status', { type: NotificationStatusEnum, description: 'What became of it.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    errorMessage: t.exposeString('failure', { nullable: true, description: 'Why the last attempt failed, or why it came back; null when neither is so.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When there was something to tell.' }),
    nextAttemptAt: t.expose('nextAttemptAt', { type: 'DateTime', nullable: true, description: 'When it is tried next.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', nullable: true, description: 'When it was taken.' }),
  }),
});

builder.queryFields((t) => ({
  notificationLogs: t.connection(
    {
      type: NotificationLogRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:audit:read']],
      description: "What went out, newest first, kept for 90 days: your company's, and for platform staff every company's.",
      args: {
        status: t.arg({ type: NotificationStatusEnum, required: false, description: 'Only those of which this became.' }),
        channel: t.arg({ type: NotificationChannelEnum, required: false, description: 'Only by this.' }),
      },
      resolve: (_root, { status, channel, ...page }, { request, services }) =>
        services.notificationLog.list(request, page, { status: status ?? undefined, channel: channel ?? undefined }),
    },
    { name: 'NotificationLogConnection', description: 'A page of what went out.' },
    { name: 'NotificationLogEdge', description: 'One of them in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  resendNotification: t.field({
    type: NotificationLogRef,
    nullable: true,
    requiresScopes: [['settings:update'], ['platform:incidents:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Sends once more what was given up or came back.',
    args: { id: t.arg.id({ description: 'Global id of the line of `notificationLogs`.' }) },
    resolve: (_root, { id }, { request, services }) => services.notificationLog.resend(request, NotificationLogId.require(id)),
  }),
}));
