import { NotFoundError, UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { BookingId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { IncidentRef } from '../incident/incident.graph.js';
import { NotificationId } from '../ids.js';
import type { NOTIFICATION_KINDS } from './notification.js';
import type { ReceivedNotification } from './notification.service.js';
import type { NotificationRow } from './notification.store.js';

export const NotificationKindEnum = builder.enumType('NotificationKind', {
  description: 'What a notification is about.',
  values: {
    BOOKING_CONFIRMED: { description: 'A booking is confirmed.' },
    BOOKING_REMINDER: { description: 'What you have booked begins soon.' },
    WAITLIST_OFFERED: { description: 'What you wait for is held for you, for a short time.' },
    PAYMENT_SUCCEEDED: { description: 'Money has come.' },
    INCIDENT_RAISED: { description: 'Something is wrong.' },
    TICKET_ANSWERED: { description: 'Staff has answered a support ticket of yours.' },
    WEBHOOK_DISABLED: { description: 'An address of your company is called no more, since nothing came of it.' },
  } satisfies Record<(typeof NOTIFICATION_KINDS)[number], { description: string }>,
});

const BookingRef = foreignEntity(builder, 'Booking');

const NotificationRef = builder.objectRef<NotificationRow>('Notification').implement({
  description: 'Something that you are told.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (notification) => NotificationId.encode(notification.id) }),
    kind: t.expose('kind', { type: NotificationKindEnum, description: 'What it is about.' }),
    title: t.exposeString('title', { description: 'It in one line, plain text.' }),
    body: t.exposeString('body', { description: 'The rest of it, plain text.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: 'When you read it; null until then.' }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'The booking it is about.',
      resolve: ({ bookingId }) => (bookingId === null ? null : { id: BookingId.encode(bookingId) }),
    }),
    incident: t.field({
      type: IncidentRef,
      nullable: true,
      description: 'The incident it is about.',
      resolve: ({ incidentId }, _args, { request, services }) =>
        incidentId === null ? null : services.incidents.find(request, incidentId),
    }),
  }),
});

const NotificationEventRef = builder.objectRef<ReceivedNotification>('NotificationEvent').implement({
  description: 'A notification that has just come.',
  authenticated: true,
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this one.' }),
    notification: t.field({
      type: NotificationRef,
      nullable: true,
      description: 'The notification.',
      resolve: ({ notificationId }, _args, { request, services }) =>
        services.notifications.find(request, notificationId),
    }),
  }),
});

const NotificationsReadRef = builder
  .objectRef<{ readonly notifications: readonly NotificationRow[] }>('NotificationsRead')
  .implement({
    description: 'What you have read.',
    authenticated: true,
    fields: (t) => ({
      notifications: t.field({
        type: [NotificationRef],
        description: 'The notifications, in the order of their ids in the request.',
        resolve: ({ notifications }) => [...notifications],
      }),
      unreadCount: t.int({
        nullable: true,
        description: 'How many you have not read yet.',
        resolve: (_read, _args, { request, services }) => services.notifications.countUnread(request),
      }),
    }),
  });

builder.queryFields((t) => ({
  notifications: t.connection(
    {
      type: NotificationRef,
      nullable: true,
      authenticated: true,
      description: 'What you were told, newest first.',
      args: { unreadOnly: t.arg.boolean({ required: false, description: 'Only what you have not read yet.' }) },
      resolve: (_root, { unreadOnly, ...page }, { request, services }) =>
        services.notifications.list(request, page, unreadOnly ?? false),
    },
    { name: 'NotificationConnection', description: 'A page of notifications.' },
    { name: 'NotificationEdge', description: 'A notification in a page.' },
  ),
  unreadNotificationCount: t.int({
    nullable: true,
    authenticated: true,
    description: 'How many notifications you have not read yet.',
    resolve: (_root, _args, { request, services }) => services.notifications.countUnread(request),
  }),
}));

builder.mutationFields((t) => ({
  markNotificationsRead: t.field({
    type: NotificationsReadRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, UnauthenticatedError] },
    description: 'Marks notifications of yours as read, all or none.',
    args: { ids: t.arg.idList({ description: 'Global ids, 1 to 500.' }) },
    resolve: async (_root, { ids }, { request, services }) => ({
      notifications: await services.notifications.markRead(
        request,
        ids.map((id) => NotificationId.require(id)),
      ),
    }),
  }),
}));

builder.subscriptionFields((t) => ({
  notificationReceived: t.field({
    type: NotificationEventRef,
    nullable: true,
    authenticated: true,
    description: 'Your notifications as they come.',
    args: { after: t.arg.string({ required: false, description: 'Cursor of the last one you have seen.' }) },
    subscribe: (_root, { after }, { request, services }) => services.notifications.received(request, after),
    resolve: (received) => received,
  }),
}));
