import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ServiceId } from '../ids.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { MeetingKind } from './meeting.js';

const MeetingKindEnum = builder.enumType('MeetingKind', {
  description: 'How a meeting over video is made.',
  values: {
    OPEN_ROOM: { description: 'A room that is let into whoever knows its address.' },
    HOSTED: { description: 'A meeting that a service keeps for the company.' },
  } satisfies Record<MeetingKind, object>,
});

builder.objectField(BookingRef, 'meetingUrl', (t) =>
  t.string({
    nullable: true,
    authenticated: true,
    description: 'Where it takes place over video, for those who may see the booking; null where it does not, or not yet.',
    resolve: ({ id, status }, _args, { request, services }) => (status === 'CONFIRMED' ? services.meetings.joinUrlOf(request, id) : null),
  }),
);

builder.objectField(ServiceRef, 'meetingKind', (t) =>
  t.field({
    type: MeetingKindEnum,
    nullable: true,
    description: 'How it is done over video; null where it is not.',
    resolve: ({ id }, _args, { request, services }) => services.meetings.kindOf(request, id),
  }),
);

const SetServiceMeetingsInput = builder.inputType('SetServiceMeetingsInput', {
  description: 'Whether a service is done over video.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    kind: t.field({ type: MeetingKindEnum, required: false, description: 'How; left out, it is not.' }),
  }),
});

builder.mutationField('setServiceMeetings', (t) =>
  t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ForbiddenError, NotFoundError, ConflictError] },
    description: 'Lets bookings of a service that are confirmed from now on take place over video, or no more.',
    args: { input: t.arg({ type: SetServiceMeetingsInput, description: 'Which, and how.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.meetings.setKind(request, ServiceId.require(input.serviceId), input.kind ?? null),
  }),
);
