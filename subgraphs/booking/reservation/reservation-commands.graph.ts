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
import { BookingId, wantedIds } from '../ids.js';
import { BookingRef } from './reservation.graph.js';

const CreateBookingInput = builder.inputType('CreateBookingInput', {
  description: 'What is booked, with whom, when and for whom.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    providerId: t.id({
      required: false,
      description: 'Global id of the provider; whoever of the qualified has least to do when left out.',
    }),
    startsAt: t.field({ type: 'DateTime', description: 'One of the starts that `availableSlots` offers.' }),
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

builder.mutationFields((t) => ({
  createBooking: t.field({
    type: BookingRef,
    nullable: true,
    authenticated: true,
    errors: {
      types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, QuotaExceededError],
    },
    description:
      'Books a slot. What costs something is `PENDING` for 15 minutes, until it is paid; what is free is `CONFIRMED`.',
    args: { input: t.arg({ type: CreateBookingInput, description: 'What is booked.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.reservations.create(request, {
        ...input,
        ...wantedIds(input),
      }),
  }),
  cancelBooking: t.field({
    type: BookingRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError] },
    description:
      "Calls a booking off: your own until it begins, anybody's with `appointments:update` or `appointments:delete`.",
    args: {
      id: t.arg.id({ description: 'Global id of the booking.' }),
      reason: t.arg.string({ required: false, description: 'Why, up to 500 characters.' }),
    },
    resolve: (_root, { id, reason }, { request, services }) =>
      services.reservationStatus.cancel(request, BookingId.require(id), reason),
  }),
  completeBooking: t.field({
    type: BookingRef,
    nullable: true,
    requiresScopes: [['appointments:update']],
    errors: { types: [NotFoundError, ForbiddenError, InvalidTransitionError] },
    description: 'Says that a booking took place; from one hour before its start on.',
    args: { id: t.arg.id({ description: 'Global id of the booking.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.reservationStatus.complete(request, BookingId.require(id)),
  }),
  markNoShow: t.field({
    type: BookingRef,
    nullable: true,
    requiresScopes: [['appointments:update']],
    errors: { types: [NotFoundError, ForbiddenError, InvalidTransitionError] },
    description: 'Says that the client did not come; from its start on.',
    args: { id: t.arg.id({ description: 'Global id of the booking.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.reservationStatus.markNoShow(request, BookingId.require(id)),
  }),
}));
