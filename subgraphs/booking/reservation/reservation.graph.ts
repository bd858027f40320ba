import { wallClock } from '../availability/zone-calendar.js';
import { builder } from '../builder.js';
import { priceOf } from '../catalogue/catalogue.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ClientRef } from '../client/client.graph.js';
import { BookingId, ProviderId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { ResourceRef } from '../resource/resource.graph.js';
import type { BookingStatus } from './reservation.js';
import type { BookingRow, BookingStatusChangeRow } from './reservation.store.js';

const BookingStatusEnum = builder.enumType('BookingStatus', {
  description: 'Where a booking stands.',
  values: {
    PENDING: { description: 'The time is held until the payment comes or the hold is over.' },
    CONFIRMED: { description: 'Paid for, or free.' },
    COMPLETED: { description: 'It took place.' },
    CANCELLED: { description: 'Called off.' },
    NO_SHOW: { description: 'The client did not come.' },
    EXPIRED: { description: 'Nobody paid in time; the time is on offer again.' },
  } satisfies Record<BookingStatus, object>,
});

const BookingStatusChangeRef = builder.objectRef<BookingStatusChangeRow>('BookingStatusChange').implement({
  description: 'One step in the life of a booking. Steps are never changed.',
  authenticated: true,
  fields: (t) => ({
    from: t.expose('fromStatus', {
      type: BookingStatusEnum,
      nullable: true,
      description: 'Where it stood; null for the first step.',
    }),
    to: t.expose('toStatus', { type: BookingStatusEnum, description: 'Where it stood from then on.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where somebody said so.' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: 'When.' }),
  }),
});

export const BookingRef = builder.objectRef<BookingRow>('Booking').implement({
  description: 'Time of a provider that is taken for a client. Seen by the client and by who may read appointments.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (booking) => BookingId.encode(booking.id) }),
    reference: t.exposeString('reference', {
      description:
        "What people call it by: `BK-`, the day it was made on the company's calendar, and six random digits.",
    }),
    status: t.expose('status', { type: BookingStatusEnum, description: 'Where it stands.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose time it is.',
      resolve: (booking, _args, { request, services }) => services.providers.get(request, booking.providerId),
    }),
    service: t.field({
      type: ServiceRef,
      description: 'What was booked.',
      resolve: (booking, _args, { request, services }) => services.catalogue.get(request, booking.serviceId),
    }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'Whom it is for. Null unless it is you or you look after clients (`patients:read`).',
      resolve: (booking, _args, { request, services }) => services.clients.find(request, booking.clientId),
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'The start.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'The end, without the buffer behind it.' }),
    localStart: t.string({
      description: "What the provider's wall clock shows at the start, as `2027-01-31T09:00:00`.",
      resolve: ({ startsAt, timeZone }) => wallClock(startsAt, timeZone),
    }),
    timeZone: t.exposeString('timeZone', { description: "IANA zone of the provider's wall clock." }),
    seat: t.exposeInt('seat', { description: 'Which seat of its session it has; 1 where nobody else comes.' }),
    sessionCapacity: t.exposeInt('sessionCapacity', { description: 'How many may come to its session.' }),
    resources: t.field({
      type: [ResourceRef],
      description: 'What it uses beside the provider; empty once its time is given back.',
      resolve: async ({ sessionId }, _args, { request, services }) => [
        ...(await services.resources.usedBy(request, sessionId)),
      ],
    }),
    price: t.field({ type: 'Money', description: 'What it cost when it was booked.', resolve: priceOf }),
    note: t.exposeString('note', { nullable: true, description: 'What the client wanted to be known.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    heldUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when it waits for its payment; null when it does not wait.',
      resolve: ({ id, status }, _args, { request, services }) =>
        status === 'PENDING' ? services.reservationQueries.heldUntil(request, id) : null,
    }),
    statusHistory: t.field({
      type: [BookingStatusChangeRef],
      description: 'Every step so far, oldest first.',
      resolve: async ({ id }, _args, { request, services }) => [
        ...(await services.reservationQueries.historyOf(request, id)),
      ],
    }),
  }),
});

builder.asEntity(BookingRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = BookingId.decode(id);
    return uuid === null ? null : services.reservationQueries.find(request, uuid);
  },
});

const BookingFilterInput = builder.inputType('BookingFilter', {
  description: 'Which bookings; what is left out does not matter.',
  fields: (t) => ({
    status: t.field({ type: BookingStatusEnum, required: false, description: 'Only those that stand here.' }),
    providerId: t.id({ required: false, description: 'Only those with this provider.' }),
    from: t.field({ type: 'DateTime', required: false, description: 'Only those that start then or later.' }),
    to: t.field({ type: 'DateTime', required: false, description: 'Only those that start before then.' }),
  }),
});

const BookingConnection = builder.connectionObject(
  { type: BookingRef, name: 'BookingConnection', description: 'A page of bookings.' },
  { name: 'BookingEdge', description: 'A booking in a page.' },
);

builder.queryFields((t) => ({
  booking: t.field({
    type: BookingRef,
    nullable: true,
    authenticated: true,
    description: 'A booking by its id; null for an unknown one and for one you may not see.',
    args: { id: t.arg.id({ description: 'Global id of the booking.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = BookingId.decode(id);
      return uuid === null ? null : services.reservationQueries.find(request, uuid);
    },
  }),
  bookings: t.connection(
    {
      type: BookingRef,
      nullable: true,
      requiresScopes: [['appointments:read']],
      description: 'All bookings of the company, earliest start first; null for an unknown provider.',
      args: { filter: t.arg({ type: BookingFilterInput, required: false, description: 'Which ones.' }) },
      resolve: (_root, { filter, ...args }, { request, services }) => {
        const providerId = filter?.providerId == null ? undefined : ProviderId.decode(filter.providerId);
        return providerId === null
          ? null
          : services.reservationQueries.list(request, args, { ...filter, providerId });
      },
    },
    BookingConnection,
  ),
  myBookings: t.connection(
    {
      type: BookingRef,
      nullable: true,
      authenticated: true,
      description: 'Your own bookings, latest start first.',
      resolve: (_root, args, { request, services }) => services.reservationQueries.mine(request, args),
    },
    BookingConnection,
  ),
}));
