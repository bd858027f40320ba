import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ServiceId } from '../ids.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { ClaimedTime } from '../resource/resource-claim.js';
import { IntermissionInput, ServiceRef } from './catalogue.graph.js';
import { intermissionOf, type Intermission } from './intermission.js';

const IntermissionRef = builder.objectRef<Intermission>('Intermission').implement({
  description: 'A pause inside a service: its provider may be booked by others in it, while the client stays.',
  fields: (t) => ({
    afterMinutes: t.exposeInt('afterMinutes', { description: 'How long after the start it begins.' }),
    minutes: t.exposeInt('minutes', { description: 'How long it is.' }),
  }),
});

builder.objectField(ServiceRef, 'intermission', (t) =>
  t.field({
    type: IntermissionRef,
    nullable: true,
    description: 'When the provider is free for others in between; null when she is not.',
    resolve: intermissionOf,
  }),
);

const BookingIntermissionRef = builder.objectRef<ClaimedTime>('BookingIntermission').implement({
  description: 'When the provider of a booking is free for others in between.',
  authenticated: true,
  fields: (t) => ({
    startsAt: t.expose('from', { type: 'DateTime', description: 'From when.' }),
    endsAt: t.expose('until', { type: 'DateTime', description: 'Until when.' }),
  }),
});

builder.objectField(BookingRef, 'intermission', (t) =>
  t.field({
    type: BookingIntermissionRef,
    nullable: true,
    description: 'The pause inside it, as the service had it when the time was chosen; null where there is none.',
    resolve: ({ intermissionFrom: from, intermissionUntil: until }) => (from && until ? { from, until } : null),
  }),
);

const SetServiceIntermissionInput = builder.inputType('SetServiceIntermissionInput', {
  description: 'The intermission of new bookings of a service.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    intermission: t.field({ type: IntermissionInput, required: false, description: 'None when left out.' }),
  }),
});

builder.mutationField('setServiceIntermission', (t) =>
  t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Sets the intermission of new bookings of a service; bookings there are keep theirs.',
    args: { input: t.arg({ type: SetServiceIntermissionInput, description: 'The intermission.' }) },
    resolve: (_root, { input: { serviceId, intermission } }, { request, services }) =>
      services.catalogue.setIntermission(request, ServiceId.require(serviceId), intermission ?? null),
  }),
);
