import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { LocationId, ProviderId, ServiceId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { offeredPrice, priceOf, SERVICE_STATUSES } from './catalogue.js';
import type { OfferingRow, ServiceRow } from './catalogue.store.js';

const ServiceStatusEnum = builder.enumType('ServiceStatus', {
  description: 'Whether a service can be booked.',
  values: SERVICE_STATUSES,
});

export const ServiceRef = builder.objectRef<ServiceRow>('Service');

ServiceRef.implement({
  description: 'Something that can be booked.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (service) => ServiceId.encode(service.id) }),
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is.' }),
    durationMinutes: t.exposeInt('durationMinutes', { description: 'How long it takes.' }),
    capacity: t.exposeInt('capacity', { description: 'How many may come to one session of it.' }),
    bufferBeforeMinutes: t.exposeInt('bufferBeforeMinutes', {
      description: 'How long the provider is kept free before it.',
    }),
    bufferAfterMinutes: t.exposeInt('bufferAfterMinutes', {
      description: 'How long the provider is kept free behind it.',
    }),
    slotStepMinutes: t.exposeInt('slotStepMinutes', { description: 'From one start that is offered to the next.' }),
    noticeMinutes: t.exposeInt('noticeMinutes', { description: 'How long before its start it must be booked.' }),
    horizonDays: t.exposeInt('horizonDays', { description: 'How many days ahead it can be booked.' }),
    price: t.field({
      type: 'Money',
      description: 'What it costs with a provider who has no price of her own.',
      resolve: priceOf,
    }),
    status: t.expose('status', { type: ServiceStatusEnum, description: 'Whether it can be booked.' }),
  }),
});

builder.asEntity(ServiceRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = ServiceId.decode(id);
    return uuid === null ? null : services.catalogue.find(request, uuid);
  },
});

export const OfferingRef = builder.objectRef<OfferingRow>('Offering');

OfferingRef.implement({
  description: 'A service as one provider does it.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'Who does it.',
      resolve: ({ providerId }, _args, { request, services }) => services.providers.get(request, providerId),
    }),
    service: t.field({
      type: ServiceRef,
      description: 'What she does.',
      resolve: ({ serviceId }, _args, { request, services }) => services.catalogue.get(request, serviceId),
    }),
    price: t.field({
      type: 'Money',
      description: 'What she takes for it.',
      resolve: async (offering, _args, { request, services }) =>
        offeredPrice(await services.catalogue.get(request, offering.serviceId), offering),
    }),
  }),
});

const StayTermsInput = builder.inputType('StayTermsInput', {
  description: 'How something is booked by the night.',
  fields: (t) => ({
    checkIn: t.string({ description: 'From when on the day of arrival, `HH:MM`.' }),
    checkOut: t.string({ description: 'Until when on the day of departure, `HH:MM`.' }),
    minNights: t.int({ required: false, description: 'The fewest nights; 1 when left out.' }),
    maxNights: t.int({ required: false, description: 'The most nights, up to 90; 30 when left out.' }),
  }),
});

export const IntermissionInput = builder.inputType('IntermissionInput', {
  description: 'A pause inside a service: its provider may be booked by others in it, while the client stays.',
  fields: (t) => ({
    afterMinutes: t.int({ description: 'How long after the start it begins, from 1 on.' }),
    minutes: t.int({ description: 'How long it is, from 1 on; it ends before the service does.' }),
  }),
});

const CreateServiceInput = builder.inputType('CreateServiceInput', {
  description: 'A new service.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    description: t.string({ required: false, description: 'What it is, up to 2000 characters.' }),
    durationMinutes: t.int({ description: 'How long it takes, 1 to 1440.' }),
    capacity: t.int({
      required: false,
      description: 'How many may come to one session, 1 to 1000; 1 when left out.',
    }),
    bufferBeforeMinutes: t.int({
      required: false,
      description: 'How long the provider is kept free before it, up to 1440; 0 when left out.',
    }),
    bufferAfterMinutes: t.int({
      required: false,
      description: 'How long the provider is kept free behind it, up to 1440; 0 when left out.',
    }),
    slotStepMinutes: t.int({
      required: false,
      description: 'From one start that is offered to the next, 5 to 1440; 15 when left out.',
    }),
    noticeMinutes: t.int({
      required: false,
      description: 'How long before its start it must be booked; 0 when left out.',
    }),
    horizonDays: t.int({ required: false, description: 'How many days ahead it can be booked; 90 when left out.' }),
    priceAmount: t.field({
      type: 'MinorUnits',
      description: "What it costs, in the smallest unit of the company's currency; 0 for a free one.",
    }),
    stay: t.field({
      type: StayTermsInput,
      required: false,
      description: 'Given for what is booked by the night, at the price for each; how long it takes then does not matter.',
    }),
    intermission: t.field({ type: IntermissionInput, required: false, description: 'A pause inside it; none when left out.' }),
    status: t.field({ type: ServiceStatusEnum, required: false, description: '`ACTIVE` when left out.' }),
  }),
});

const OfferServiceInput = builder.inputType('OfferServiceInput', {
  description: 'Who does which service, and for how much.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    serviceId: t.id({ description: 'Global id of the service.' }),
    priceAmount: t.field({
      type: 'MinorUnits',
      required: false,
      description: "Her own price in the smallest unit of the service's currency; the service's when left out.",
    }),
    locationId: t.id({
      required: false,
      description: 'Global id of where she does it: resources are then taken from there, and from anywhere if not.',
    }),
  }),
});

builder.queryFields((t) => ({
  services: t.connection(
    {
      type: ServiceRef,
      nullable: true,
      tag: 'public',
      directives: { cacheControl: { maxAge: 15 } },
      description: 'Services that can be booked, by name.',
      resolve: (_root, args, { request, services }) => services.catalogue.list(request, args),
    },
    { name: 'ServiceConnection', description: 'A page of services.' },
    { name: 'ServiceEdge', description: 'A service in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createService: t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Adds a service. It can be booked once a provider offers it.',
    args: { input: t.arg({ type: CreateServiceInput, description: 'What it is.' }) },
    resolve: (_root, { input }, { request, services }) => services.catalogue.create(request, input),
  }),
  offerService: t.field({
    type: OfferingRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Says that a provider does a service, or changes what she takes for it.',
    args: { input: t.arg({ type: OfferServiceInput, description: 'Who does what.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.catalogue.offer(request, {
        providerId: ProviderId.require(input.providerId),
        serviceId: ServiceId.require(input.serviceId),
        priceAmount: input.priceAmount,
        locationId: input.locationId == null ? null : LocationId.require(input.locationId),
      }),
  }),
}));
