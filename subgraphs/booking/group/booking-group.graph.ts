import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ClientRef } from '../client/client.graph.js';
import { BookingGroupId, BookingId, ClientId, ProviderId, ServiceId } from '../ids.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { BookingRow } from '../reservation/reservation.store.js';
import type { BookingGroupRow } from './booking-group.store.js';

const BookingGroupKindEnum = builder.enumType('BookingGroupKind', {
  description: 'Why bookings belong together.',
  values: {
    VISIT: { description: 'Services one after the other.' },
    SERIES: { description: 'One service again and again, by a rule.' },
    MONTHS: { description: 'A unit for months on end, each paid when it begins.' },
  } satisfies Record<BookingGroupRow['kind'], object>,
});

const BookingScopeEnum = builder.enumType('BookingScope', {
  description: 'What of the bookings that were made together is meant.',
  values: {
    ONE: { description: 'This one alone.' },
    FOLLOWING: { description: 'This one and those behind it.' },
    ALL: { description: 'All of them that are not over.' },
  },
});

const BookingGroupRef = builder.objectRef<BookingGroupRow>('BookingGroup').implement({
  description: 'Bookings that were made together. Seen by whoever may see one of them.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => BookingGroupId.encode(id) }),
    kind: t.expose('kind', { type: BookingGroupKindEnum, description: 'Why they belong together.' }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'Whom they are for. Null unless it is you or you look after clients (`patients:read`).',
      resolve: ({ clientId }, _args, { request, services }) => services.clients.find(request, clientId),
    }),
    rule: t.exposeString('rule', { nullable: true, description: 'RFC 5545 recurrence rule of a series.' }),
    bookings: t.field({
      type: [BookingRef],
      description: 'Those that you may see, in order.',
      resolve: async ({ id }, _args, { request, services }) => [...(await services.bookingGroups.bookingsOf(request, id))],
    }),
    price: t.field({
      type: 'Money',
      nullable: true,
      description: 'What they cost together; null when you see none of them.',
      resolve: async ({ id }, _args, { request, services }) => {
        const bookings = await services.bookingGroups.bookingsOf(request, id);
        const [first] = bookings;
        const amount = bookings.reduce((sum, { priceAmount }) => sum + Number(priceAmount), 0);
        return first ? { amount, currency: first.priceCurrency } : null;
      },
    }),
    durationMinutes: t.int({
      description: 'How long they take together, without pauses.',
      resolve: async ({ id }, _args, { request, services }) =>
        (await services.bookingGroups.bookingsOf(request, id)).reduce(
          (sum, { startsAt, endsAt }) => sum + (endsAt.getTime() - startsAt.getTime()) / 60_000,
          0,
        ),
    }),
  }),
});

const CancelledBookingsRef = builder.objectRef<readonly BookingRow[]>('CancelledBookings').implement({
  description: 'What was called off at once.',
  authenticated: true,
  fields: (t) => ({
    bookings: t.field({
      type: [BookingRef],
      description: 'The bookings, in order.',
      resolve: (bookings) => [...bookings],
    }),
  }),
});

builder.objectField(BookingRef, 'group', (t) =>
  t.field({
    type: BookingGroupRef,
    nullable: true,
    description: 'What it was made together with; null when it was made alone.',
    resolve: ({ groupId }, _args, { request, services }) =>
      groupId === null ? null : services.bookingGroups.find(request, groupId),
  }),
);

const VisitServiceInput = builder.inputType('VisitServiceInput', {
  description: 'One service of a visit.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    providerId: t.id({ required: false, description: 'Global id of the provider; who has least to do when left out.' }),
  }),
});

const CreateVisitInput = builder.inputType('CreateVisitInput', {
  description: 'Services that are done one after the other.',
  fields: (t) => ({
    services: t.field({ type: [VisitServiceInput], description: 'In their order, 1 to 10.' }),
    startsAt: t.field({ type: 'DateTime', description: 'When the first begins; one of the starts offered for it.' }),
    clientId: t.id({ required: false, description: 'Global id of the client; yourself when left out.' }),
    note: t.string({ required: false, description: 'What should be known beforehand, up to 2000 characters.' }),
    idempotencyKey: t.string({ description: 'A key of your own making; the same key gives the same visit.' }),
  }),
});

const CreateRecurringBookingInput = builder.inputType('CreateRecurringBookingInput', {
  description: 'A service again and again.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    providerId: t.id({ description: 'Global id of the provider.' }),
    startsAt: t.field({ type: 'DateTime', description: 'The first start.' }),
    rule: t.string({ description: 'RFC 5545 recurrence rule with an end, such as `FREQ=WEEKLY;COUNT=4`; at most 60 times.' }),
    clientId: t.id({ required: false, description: 'Global id of the client; yourself when left out.' }),
    note: t.string({ required: false, description: 'What should be known beforehand, up to 2000 characters.' }),
    idempotencyKey: t.string({ description: 'A key of your own making; the same key gives the same series.' }),
  }),
});

const BookMonthsInput = builder.inputType('BookMonthsInput', {
  description: 'What was agreed with a client for months on end.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service, one that is booked by the night.' }),
    providerId: t.id({ description: 'Global id of the unit.' }),
    clientId: t.id({ description: 'Global id of the client.' }),
    arrival: t.field({ type: 'LocalDate', description: 'First day, on the calendar there; each month begins on the same day.' }),
    months: t.int({ description: 'How many months, 1 to 36.' }),
    priceAmount: t.field({ type: 'MinorUnits', description: "For each month, in the smallest unit of the service's currency." }),
    note: t.string({ required: false, description: 'What should be known, up to 2000 characters.' }),
    idempotencyKey: t.string({ description: 'A key of your own making; the same key gives the same bookings.' }),
  }),
});

const RescheduleBookingInput = builder.inputType('RescheduleBookingInput', {
  description: 'Where a booking moves.',
  fields: (t) => ({
    id: t.id({ description: 'Global id of the booking.' }),
    startsAt: t.field({ type: 'DateTime', description: 'Its new start, one of those offered.' }),
    scope: t.field({
      type: BookingScopeEnum,
      defaultValue: 'ONE',
      description: 'What moves as far on the wall clock.',
    }),
  }),
});

const BOOKING_ERRORS = [
  ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, QuotaExceededError,
];

builder.queryField('bookingGroups', (t) =>
  t.connection(
    {
      type: BookingGroupRef,
      nullable: true,
      requiresScopes: [['appointments:read']],
      description: 'What was booked together, newest first: with `MONTHS` everything that is let for months.',
      args: {
        kind: t.arg({ type: BookingGroupKindEnum, required: false, description: 'Only what belongs together for this reason.' }),
        clientId: t.arg.id({ required: false, description: 'Only those of this client.' }),
      },
      resolve: (_root, { kind, clientId, ...args }, { request, services }) => {
        const client = clientId == null ? undefined : ClientId.decode(clientId);
        if (client === null) return null;
        return services.bookingGroups.list(request, args, { kind: kind ?? undefined, clientId: client });
      },
    },
    { name: 'BookingGroupConnection', description: 'A page of groups of bookings.' },
    { name: 'BookingGroupEdge', description: 'A group of bookings in a page.' },
  ),
);

builder.queryField('bookingGroup', (t) =>
  t.field({
    type: BookingGroupRef,
    nullable: true,
    authenticated: true,
    description: 'Bookings that were made together; null for an unknown id and where you may see none of them.',
    args: { id: t.arg.id({ description: 'Global id of the group.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = BookingGroupId.decode(id);
      return uuid === null ? null : services.bookingGroups.find(request, uuid);
    },
  }),
);

builder.mutationFields((t) => ({
  createVisit: t.field({
    type: BookingGroupRef,
    nullable: true,
    authenticated: true,
    errors: { types: BOOKING_ERRORS },
    description: 'Books services one after the other, all or none of them.',
    args: { input: t.arg({ type: CreateVisitInput, description: 'What is booked.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.bookingGroups.createVisit(request, {
        ...input,
        clientId: input.clientId == null ? null : ClientId.require(input.clientId),
        services: input.services.map(({ serviceId, providerId }) => ({
          serviceId: ServiceId.require(serviceId),
          providerId: providerId == null ? null : ProviderId.require(providerId),
        })),
      }),
  }),
  createRecurringBooking: t.field({
    type: BookingGroupRef,
    nullable: true,
    authenticated: true,
    errors: { types: BOOKING_ERRORS },
    description: "Books a service at every time of a rule, at one time on the provider's wall clock; all or none.",
    args: { input: t.arg({ type: CreateRecurringBookingInput, description: 'What is booked.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.bookingGroups.createSeries(request, {
        ...input,
        serviceId: ServiceId.require(input.serviceId),
        providerId: ProviderId.require(input.providerId),
        clientId: input.clientId == null ? null : ClientId.require(input.clientId),
      }),
  }),
  bookMonths: t.field({
    type: BookingGroupRef,
    nullable: true,
    requiresScopes: [['appointments:create']],
    errors: { types: BOOKING_ERRORS },
    description:
      'Lets a unit for months on end, as was agreed: a booking for each month, which stands at once and whose bill comes due as it begins. All or none. End it with `cancelBookings` and `FOLLOWING`.',
    args: { input: t.arg({ type: BookMonthsInput, description: 'What was agreed.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.bookingGroups.createMonths(request, {
        ...input,
        serviceId: ServiceId.require(input.serviceId),
        providerId: ProviderId.require(input.providerId),
        clientId: ClientId.require(input.clientId),
      }),
  }),
  rescheduleBooking: t.field({
    type: BookingRef,
    nullable: true,
    authenticated: true,
    errors: {
      types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, InvalidTransitionError],
    },
    description: 'Moves a booking to another slot, with those made together with it if you like; all or none.',
    args: { input: t.arg({ type: RescheduleBookingInput, description: 'Where it moves.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.reservationMoves.move(request, {
        bookingId: BookingId.require(input.id),
        startsAt: input.startsAt,
        scope: input.scope,
      }),
  }),
  cancelBookings: t.field({
    type: CancelledBookingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError] },
    description: 'Calls off a booking, and those made together with it that are not over if you like; all or none.',
    args: {
      id: t.arg.id({ description: 'Global id of one of them.' }),
      scope: t.arg({ type: BookingScopeEnum, description: 'Which of them.' }),
      reason: t.arg.string({ required: false, description: 'Why, up to 500 characters.' }),
    },
    resolve: (_root, { id, scope, reason }, { request, services }) =>
      services.reservationStatus.cancelTogether(request, BookingId.require(id), scope, reason),
  }),
}));
