import { ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { CalendarConnectionId, ProviderId } from '../../ids.js';
import { ProviderRef } from '../../provider/provider.graph.js';
import { BookingRef } from '../../reservation/reservation.graph.js';
import type { CalendarConflictRow, CalendarConnectionRow } from './calendar-connection.store.js';

const CalendarKindEnum = builder.enumType('CalendarKind', {
  description: 'How a calendar elsewhere is spoken to.',
  values: {
    CALDAV: { description: 'By CalDAV: most calendar servers.' },
    GOOGLE: { description: 'Google Calendar.' },
    MICROSOFT: { description: 'Microsoft 365 and Outlook.' },
  } as const,
});

/** Kinds whose use somebody allows at the service itself. */
const AllowedCalendarKindEnum = builder.enumType('AllowedCalendarKind', {
  description: 'Calendars whose use somebody allows at the service itself.',
  values: { GOOGLE: { description: 'Google Calendar.' }, MICROSOFT: { description: 'Microsoft 365 and Outlook.' } } as const,
});

const CalendarConnectionStatusEnum = builder.enumType('CalendarConnectionStatus', {
  description: 'Whether a calendar elsewhere is kept in step.',
  values: {
    ACTIVE: { description: 'It is.' },
    PAUSED: { description: 'Not until it is resumed; nothing of it blocks meanwhile.' },
    REFUSED: { description: 'It refuses its credentials: connect it again.' },
    LEAVING: { description: 'What was written there is being taken back.' },
  } as const,
});

const CalendarConflictRef = builder.objectRef<CalendarConflictRow>('CalendarConflict').implement({
  description: 'A booking whose time is taken in a calendar elsewhere as well. Somebody has to move one of them.',
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'The booking; null for who may not see it.',
      resolve: ({ bookingId }, _args, { request, services }) => services.reservationQueries.find(request, bookingId),
    }),
    busyFrom: t.expose('busyFrom', { type: 'DateTime', description: 'Since when the provider is busy there.' }),
    busyUntil: t.expose('busyUntil', { type: 'DateTime', description: 'Until when.' }),
    foundAt: t.expose('foundAt', { type: 'DateTime', description: 'When that was first seen.' }),
  }),
});

const CalendarConnectionRef = builder.objectRef<CalendarConnectionRow>('CalendarConnection').implement({
  description: "A calendar elsewhere in which a provider's bookings are written, and whose other appointments keep her from being booked.",
  requiresScopes: [['settings:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => CalendarConnectionId.encode(id) }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose it is.',
      resolve: ({ providerId }, _args, { request, services }) => services.providers.get(request, providerId),
    }),
    kind: t.expose('kind', { type: CalendarKindEnum, description: 'How it is spoken to.' }),
    address: t.exposeString('address', { description: 'Its URL, or what its service calls it.' }),
    account: t.exposeString('account', { description: 'Whose it is there.' }),
    status: t.expose('status', { type: CalendarConnectionStatusEnum, description: 'Whether it is kept in step.' }),
    lastSyncedAt: t.expose('lastSyncedAt', { type: 'DateTime', nullable: true, description: 'When it last was in step; null if it never was.' }),
    lastError: t.exposeString('lastError', { nullable: true, description: 'What went wrong since then; null when nothing did.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was connected.' }),
    conflicts: t.field({
      type: [CalendarConflictRef],
      description: 'Bookings whose time is taken there as well, in order of time.',
      resolve: async ({ id }, _args, { request, services }) => [...(await services.calendarConnections.conflictsOf(request, id))],
    }),
  }),
});

const ConnectCalDavInput = builder.inputType('ConnectCalDavCalendarInput', {
  description: 'A calendar that speaks CalDAV, and how to get in.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider whose calendar it is.' }),
    url: t.string({ description: 'Address of the calendar itself, beginning with https://.' }),
    username: t.string({ description: 'Name to sign in with, 1 to 200 characters.' }),
    password: t.string({ description: 'Password; one for this purpose alone where the server gives such. Never shown again.' }),
  }),
});

const BeginCalendarConnectionInput = builder.inputType('BeginCalendarConnectionInput', {
  description: 'Whose calendar is to be connected, and where it is.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    kind: t.field({ type: AllowedCalendarKindEnum, description: 'Where the calendar is.' }),
  }),
});

const FinishCalendarConnectionInput = builder.inputType('FinishCalendarConnectionInput', {
  description: 'What somebody comes back with who has allowed the use of her calendar.',
  fields: (t) => ({
    state: t.string({ description: '`state` of the address she came back to.' }),
    code: t.string({ description: '`code` of the address she came back to.' }),
  }),
});

const BegunRef = builder.objectRef<{ readonly authorizationUrl: string }>('BegunCalendarConnection').implement({
  description: 'A connection that has to be allowed.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    authorizationUrl: t.exposeString('authorizationUrl', { description: 'Go there to allow it, within a quarter of an hour.' }),
  }),
});

builder.queryField('calendarConnections', (t) =>
  t.connection(
    {
      type: CalendarConnectionRef,
      nullable: true,
      requiresScopes: [['settings:read']],
      description: "Calendars elsewhere that are kept in step with providers' bookings, newest first.",
      args: { providerId: t.arg.id({ required: false, description: 'Only of this provider.' }) },
      resolve: (_root, { providerId, ...args }, { request, services }) => {
        const uuid = providerId == null ? undefined : ProviderId.decode(providerId);
        return uuid === null ? null : services.calendarConnections.list(request, { ...args, providerId: uuid });
      },
    },
    { name: 'CalendarConnectionConnection', description: 'A page of calendars.' },
    { name: 'CalendarConnectionEdge', description: 'A calendar in a page.' },
  ),
);

const REFUSALS = [ForbiddenError, UnauthenticatedError, NotFoundError];

builder.mutationFields((t) => ({
  connectCalDavCalendar: t.field({
    type: CalendarConnectionRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [...REFUSALS, ValidationError, ConflictError] },
    description: 'Connects a calendar by CalDAV, or gives a connected one new credentials.',
    args: { input: t.arg({ type: ConnectCalDavInput, description: 'The calendar.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.calendarConnections.connectCalDav(request, { ...input, providerId: ProviderId.require(input.providerId) }),
  }),
  beginCalendarConnection: t.field({
    type: BegunRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [...REFUSALS, ConflictError] },
    description: 'Begins to connect a calendar whose use has to be allowed at its service.',
    args: { input: t.arg({ type: BeginCalendarConnectionInput, description: 'Which.' }) },
    resolve: async (_root, { input }, { request, services }) => ({
      authorizationUrl: await services.calendarConnections.begin(request, ProviderId.require(input.providerId), input.kind),
    }),
  }),
  finishCalendarConnection: t.field({
    type: CalendarConnectionRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [...REFUSALS, ValidationError, ConflictError] },
    description: 'Connects a calendar whose use has been allowed; only for who has begun it.',
    args: { input: t.arg({ type: FinishCalendarConnectionInput, description: 'What was allowed.' }) },
    resolve: (_root, { input }, { request, services }) => services.calendarConnections.finish(request, input),
  }),
  pauseCalendarConnection: t.field({
    type: CalendarConnectionRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: REFUSALS },
    description: 'Keeps a calendar in step no more until it is resumed.',
    args: { id: t.arg.id({ description: 'Global id of the connection.' }) },
    resolve: (_root, { id }, { request, services }) => services.calendarConnections.pause(request, CalendarConnectionId.require(id)),
  }),
  resumeCalendarConnection: t.field({
    type: CalendarConnectionRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: REFUSALS },
    description: 'Keeps a paused calendar in step again.',
    args: { id: t.arg.id({ description: 'Global id of the connection.' }) },
    resolve: (_root, { id }, { request, services }) => services.calendarConnections.resume(request, CalendarConnectionId.require(id)),
  }),
  disconnectCalendar: t.field({
    type: CalendarConnectionRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: REFUSALS },
    description: 'Takes back what was written into a calendar and forgets it.',
    args: { id: t.arg.id({ description: 'Global id of the connection.' }) },
    resolve: (_root, { id }, { request, services }) => services.calendarConnections.disconnect(request, CalendarConnectionId.require(id)),
  }),
}));
