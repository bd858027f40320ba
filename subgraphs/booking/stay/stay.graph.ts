import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { wallClock } from '../availability/zone-calendar.js';
import { builder } from '../builder.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ProviderId, ServiceId, wantedIds } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { FreeUnit } from './free-units.js';
import { shownTerms, stayTermsOf } from './stay.js';

const StayTermsRef = builder.objectRef<ReturnType<typeof shownTerms>>('StayTerms').implement({
  description: 'How something is booked by the night.',
  fields: (t) => ({
    checkIn: t.exposeString('checkIn', { description: 'From when on the day of arrival, `HH:MM` on the wall clock there.' }),
    checkOut: t.exposeString('checkOut', { description: 'Until when on the day of departure, `HH:MM`.' }),
    minNights: t.exposeInt('minNights', { description: 'The fewest nights.' }),
    maxNights: t.exposeInt('maxNights', { description: 'The most nights.' }),
  }),
});

builder.objectField(ServiceRef, 'stay', (t) =>
  t.field({
    type: StayTermsRef,
    nullable: true,
    description: 'How it is booked by the night, at its price for each; null for what is booked by the hour.',
    resolve: (service) => {
      const terms = stayTermsOf(service);
      return terms && shownTerms(terms);
    },
  }),
);

builder.objectField(BookingRef, 'nights', (t) =>
  t.exposeInt('nights', { nullable: true, description: 'How many nights it lasts; null for what is booked by the hour.' }),
);

const StayOptionRef = builder.objectRef<FreeUnit>('StayOption').implement({
  description: 'Where somebody can stay from one day to another.',
  fields: (t) => ({
    provider: t.field({ type: ProviderRef, description: 'The unit.', resolve: ({ offered }) => offered.provider }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'Check-in.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Check-out.' }),
    localStart: t.string({
      description: 'What the wall clock there shows at check-in, as `2027-01-31T15:00:00`.',
      resolve: ({ startsAt, timeZone }) => wallClock(startsAt, timeZone),
    }),
    timeZone: t.exposeString('timeZone', { description: 'IANA zone of the wall clock there.' }),
    nights: t.exposeInt('nights', { description: 'How many nights.' }),
    price: t.expose('price', { type: 'Money', description: 'What all of them cost together.' }),
  }),
});

const BookStayInput = builder.inputType('BookStayInput', {
  description: 'What is booked by the night, from when to when and for whom.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    providerId: t.id({ required: false, description: 'Global id of the unit; any that is free when left out.' }),
    arrival: t.field({ type: 'LocalDate', description: 'First day, on the calendar there.' }),
    departure: t.field({ type: 'LocalDate', description: 'Day of departure.' }),
    clientId: t.id({
      required: false,
      description: 'Global id of the client; yourself when left out. Another one needs `appointments:create`.',
    }),
    note: t.string({ required: false, description: 'What should be known beforehand, up to 2000 characters.' }),
    idempotencyKey: t.string({
      description: 'A key of your own making, 1 to 255 printable characters. The same key gives the same booking.',
    }),
  }),
});

builder.queryField('stayOptions', (t) =>
  t.connection(
    {
      type: StayOptionRef,
      nullable: true,
      tag: 'public',
      description: 'Where somebody can stay from one day to another, cheapest first: exactly these can be booked. Null for what is not booked by the night.',
      args: {
        serviceId: t.arg.id({ description: 'Global id of the service.' }),
        providerId: t.arg.id({ required: false, description: 'Only this unit.' }),
        arrival: t.arg({ type: 'LocalDate', description: 'First day, on the calendar there.' }),
        departure: t.arg({ type: 'LocalDate', description: 'Day of departure, up to 90 nights later.' }),
      },
      resolve: (_root, { serviceId, providerId, ...args }, { request, services }) => {
        const service = ServiceId.decode(serviceId);
        const provider = providerId == null ? undefined : ProviderId.decode(providerId);
        if (service === null || provider === null) return null;
        return services.stays.search(request, { ...args, serviceId: service, providerId: provider });
      },
    },
    { name: 'StayOptionConnection', description: 'A page of units.' },
    { name: 'StayOptionEdge', description: 'A unit in a page.' },
  ),
);

builder.mutationField('bookStay', (t) =>
  t.field({
    type: BookingRef,
    nullable: true,
    authenticated: true,
    errors: {
      types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, QuotaExceededError],
    },
    description:
      'Books by the night: one booking from check-in to check-out, at the price of all nights. What costs something is `PENDING` for 15 minutes, until it is paid.',
    args: { input: t.arg({ type: BookStayInput, description: 'What is booked.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.stays.book(request, {
        ...input,
        ...wantedIds(input),
      }),
  }),
);
