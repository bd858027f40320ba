import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
} from '../../../_kernel/errors/domain-error.js';
import { CALENDAR_TOKEN } from '../../../_kernel/wire/calendar-token.js';
import { builder } from '../../builder.js';
import { CalendarFeedId, ProviderId } from '../../ids.js';
import { ProviderRef } from '../../provider/provider.graph.js';
import type { IssuedCalendarFeed } from './calendar-feed.service.js';
import type { CalendarFeedRow } from './calendar-feed.store.js';

const CalendarFeedRef = builder.objectRef<CalendarFeedRow>('CalendarFeed').implement({
  description: "An address under which a calendar program reads a provider's bookings, or a client's own.",
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => CalendarFeedId.encode(id) }),
    preview: t.string({
      description: 'How its token begins and ends, to tell feeds apart by: `cal_…wxyz`.',
      resolve: ({ hint }) => `${CALENDAR_TOKEN.prefix}…${hint}`,
    }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Whose bookings it holds; null for a feed of what its maker has booked herself.',
      resolve: ({ providerId }, _args, { request, services }) =>
        providerId === null ? null : services.providers.find(request, providerId),
    }),
    namesClients: t.exposeBoolean('namesClients', { description: 'Whether it says who comes.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was taken back; null until then.' }),
  }),
});

const IssuedCalendarFeedRef = builder.objectRef<IssuedCalendarFeed>('IssuedCalendarFeed').implement({
  description: 'A new feed. Whoever knows its address reads it; it is not shown again.',
  authenticated: true,
  fields: (t) => ({
    url: t.exposeString('url', { description: 'To be subscribed to in a calendar program.' }),
    calendarFeed: t.field({ type: CalendarFeedRef, description: 'What is kept of it.', resolve: (issued) => issued.calendarFeed }),
  }),
});

const CreateCalendarFeedInput = builder.inputType('CreateCalendarFeedInput', {
  description: 'Of whose bookings a feed is.',
  fields: (t) => ({
    providerId: t.id({ required: false, description: "Global id of the provider; what you have booked yourself when left out." }),
  }),
});

builder.queryField('calendarFeeds', (t) =>
  t.connection(
    {
      type: CalendarFeedRef,
      nullable: true,
      authenticated: true,
      description: "Your calendar feeds, newest first; with `settings:update` the whole company's.",
      resolve: (_root, args, { request, services }) => services.calendarFeeds.list(request, args),
    },
    { name: 'CalendarFeedConnection', description: 'A page of feeds.' },
    { name: 'CalendarFeedEdge', description: 'A feed in a page.' },
  ),
);

builder.mutationFields((t) => ({
  createCalendarFeed: t.field({
    type: IssuedCalendarFeedRef,
    nullable: true,
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, NotFoundError, ConflictError, QuotaExceededError] },
    description: "Makes an address for a calendar program. A provider's needs `appointments:read`.",
    args: { input: t.arg({ type: CreateCalendarFeedInput, description: 'Whose.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.calendarFeeds.create(request, input.providerId == null ? null : ProviderId.require(input.providerId)),
  }),
  revokeCalendarFeed: t.field({
    type: CalendarFeedRef,
    nullable: true,
    authenticated: true,
    tag: 'while-read-only',
    errors: { types: [UnauthenticatedError, NotFoundError] },
    description: 'Ends a feed at once: its address leads nowhere from then on.',
    args: { id: t.arg.id({ description: 'Global id of the feed.' }) },
    resolve: (_root, { id }, { request, services }) => services.calendarFeeds.revoke(request, CalendarFeedId.require(id)),
  }),
}));
