import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { LocationId } from '../ids.js';
import { LocationRef } from '../resource/resource.graph.js';
import type { Way } from './travel.service.js';

const TravelTimeRef = builder.objectRef<Way>('TravelTime').implement({
  description: 'How long it takes from one location to another, both ways.',
  authenticated: true,
  fields: (t) => ({
    from: t.field({
      type: LocationRef,
      nullable: true,
      description: 'One of the two.',
      resolve: ({ locationId }, _args, { request, services }) => services.resources.findLocation(request, locationId),
    }),
    to: t.field({
      type: LocationRef,
      nullable: true,
      description: 'The other one.',
      resolve: ({ otherLocationId }, _args, { request, services }) =>
        services.resources.findLocation(request, otherLocationId),
    }),
    minutes: t.exposeInt('minutes', { description: 'So long a provider is left between bookings at both.' }),
  }),
});

interface Travel {
  readonly usualMinutes: number;
}

const TravelRef = builder.objectRef<Travel>('Travel').implement({
  description: 'How long providers are on the way between locations.',
  authenticated: true,
  fields: (t) => ({
    usualMinutes: t.exposeInt('usualMinutes', { description: 'Between locations for which nothing else is set.' }),
    times: t.connection(
      {
        type: TravelTimeRef,
        nullable: true,
        description: 'Between locations for which something else is set.',
        resolve: (_travel, args, { request, services }) => services.travel.list(request, args),
      },
      { name: 'TravelTimeConnection', description: 'A page of travel times.' },
      { name: 'TravelTimeEdge', description: 'A travel time in a page.' },
    ),
  }),
});

const SetTravelTimeInput = builder.inputType('SetTravelTimeInput', {
  description: 'How long it takes between two locations.',
  fields: (t) => ({
    fromLocationId: t.id({ description: 'Global id of one of them.' }),
    toLocationId: t.id({ description: 'Global id of the other.' }),
    minutes: t.int({ required: false, description: '0 to 480; what is usual counts again when left out.' }),
  }),
});

const SetUsualTravelTimeInput = builder.inputType('SetUsualTravelTimeInput', {
  description: 'How long it takes between locations for which nothing else is set.',
  fields: (t) => ({ minutes: t.int({ description: '0 to 480.' }) }),
});

builder.queryField('travel', (t) =>
  t.field({
    type: TravelRef,
    nullable: true,
    requiresScopes: [['appointments:read'], ['settings:read']],
    description: 'How long providers are on the way between locations.',
    resolve: async (_root, _args, { request, services }) => ({ usualMinutes: await services.travel.usual(request) }),
  }),
);

builder.mutationFields((t) => ({
  setTravelTime: t.field({
    type: TravelTimeRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Sets how long it takes between two locations. What is booked already stays booked.',
    args: { input: t.arg({ type: SetTravelTimeInput, description: 'Which two, and how long.' }) },
    resolve: (_root, { input: { fromLocationId, toLocationId, minutes } }, { request, services }) =>
      services.travel.set(request, {
        fromLocationId: LocationId.require(fromLocationId),
        toLocationId: LocationId.require(toLocationId),
        minutes,
      }),
  }),
  setUsualTravelTime: t.field({
    type: TravelRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Sets how long it takes between locations for which nothing else is set. What is booked stays booked.',
    args: { input: t.arg({ type: SetUsualTravelTimeInput, description: 'How long.' }) },
    resolve: async (_root, { input: { minutes } }, { request, services }) => {
      await services.travel.setUsual(request, minutes);
      return { usualMinutes: minutes };
    },
  }),
}));
