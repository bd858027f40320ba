import { builder } from '../builder.js';
import type { BookingUpdate } from './reservation-live.service.js';
import { BookingRef } from './reservation.graph.js';

const BookingUpdateRef = builder.objectRef<BookingUpdate>('BookingUpdate').implement({
  description: 'A booking that was made or has changed.',
  authenticated: true,
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this update.' }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'The booking as it stands now.',
      resolve: ({ bookingId }, _args, { request, services }) => services.reservationQueries.find(request, bookingId),
    }),
  }),
});

builder.subscriptionFields((t) => ({
  bookingUpdated: t.field({
    type: BookingUpdateRef,
    nullable: true,
    authenticated: true,
    description: 'Bookings as they are made and change: all of the company with `appointments:read`, else your own.',
    args: { after: t.arg.string({ required: false, description: 'Cursor of the last update you have seen.' }) },
    subscribe: (_root, { after }, { request, services }) => services.reservationLive.updates(request, after),
    resolve: (update) => update,
  }),
}));
