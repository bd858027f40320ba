import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { WorkingHoursRef } from '../availability/working-hours.graph.js';
import { UserId } from '../../identity/ids.js';
import { builder } from '../builder.js';
import { OfferingRef } from '../catalogue/catalogue.graph.js';
import { ProviderId, ServiceId } from '../ids.js';
import { PROVIDER_STATUSES, PROVIDER_TYPES } from './provider.js';
import type { ProviderRow } from './provider.store.js';

const ProviderTypeEnum = builder.enumType('ProviderType', {
  description: 'What kind of provider somebody is. It says so and changes nothing else.',
  values: PROVIDER_TYPES,
});

const ProviderStatusEnum = builder.enumType('ProviderStatus', {
  description: 'Whether a provider can be booked.',
  values: PROVIDER_STATUSES,
});

export const ProviderRef = builder.objectRef<ProviderRow>('Provider');

ProviderRef.implement({
  description: 'Somebody whose time can be booked.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (provider) => ProviderId.encode(provider.id) }),
    name: t.exposeString('name', { description: 'Name.' }),
    type: t.expose('type', { type: ProviderTypeEnum, description: 'Kind of provider.' }),
    bio: t.exposeString('bio', { nullable: true, description: 'What she says of herself.' }),
    timeZone: t.string({
      description: 'IANA zone her working hours and slots are meant in.',
      resolve: (provider, _args, { request }) => provider.timeZone ?? request.tenant.timeZone,
    }),
    status: t.expose('status', { type: ProviderStatusEnum, description: 'Whether she can be booked.' }),
    bookable: t.exposeBoolean('bookable', { description: 'False while she awaits her approval.' }),
    workingHours: t.field({
      type: [WorkingHoursRef],
      description: 'Her week, in order; empty when she has none and cannot be booked.',
      resolve: (provider, _args, { request, services }) => services.workingHours.ofProvider(request, provider.id),
    }),
    offerings: t.field({
      type: [OfferingRef],
      description: 'The services she does, each with her price.',
      resolve: (provider, _args, { request, services }) => services.catalogue.offeringsOf(request, provider.id),
    }),
  }),
});

builder.asEntity(ProviderRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = ProviderId.decode(id);
    return uuid === null ? null : services.providers.find(request, uuid);
  },
});

const CreateProviderInput = builder.inputType('CreateProviderInput', {
  description: 'A new provider.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    type: t.field({ type: ProviderTypeEnum, description: 'Kind of provider.' }),
    bio: t.string({ required: false, description: 'What she says of herself, up to 2000 characters.' }),
    timeZone: t.string({ required: false, description: "IANA zone; the company's when left out." }),
    status: t.field({ type: ProviderStatusEnum, required: false, description: '`ACTIVE` when left out.' }),
    awaitsApproval: t.boolean({
      required: false,
      description: 'Whether she cannot be booked before she is approved; false when left out.',
    }),
  }),
});

builder.queryFields((t) => ({
  provider: t.field({
    type: ProviderRef,
    nullable: true,
    tag: 'public',
    directives: { cacheControl: { maxAge: 15 } },
    description: 'A provider by her id; null for an unknown one.',
    args: { id: t.arg.id({ description: 'Global id of the provider.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = ProviderId.decode(id);
      return uuid === null ? null : services.providers.find(request, uuid);
    },
  }),
  providers: t.connection(
    {
      type: ProviderRef,
      nullable: true,
      tag: 'public',
      directives: { cacheControl: { maxAge: 15 } },
      description: 'Providers who can be booked, by name; null for an unknown service.',
      args: {
        search: t.arg.string({
          required: false,
          description: 'Words of name and bio, or their beginnings; when nothing has them, names spelled alike.',
        }),
        serviceId: t.arg.id({ required: false, description: 'Only those who do this service.' }),
      },
      resolve: (_root, { serviceId, ...args }, { request, services }) => {
        const uuid = serviceId == null ? undefined : ServiceId.decode(serviceId);
        return uuid === null ? null : services.providers.list(request, { ...args, serviceId: uuid });
      },
    },
    { name: 'ProviderConnection', description: 'A page of providers.' },
    { name: 'ProviderEdge', description: 'A provider in a page.' },
  ),
}));

const LinkProviderInput = builder.inputType('LinkProviderInput', {
  description: 'Which of the people who sign in a provider is.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    userId: t.id({ required: false, description: 'Global id of the user; nobody when left out.' }),
  }),
});

builder.mutationFields((t) => ({
  linkProvider: t.field({
    type: ProviderRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: { types: [ForbiddenError, NotFoundError, ConflictError] },
    description: 'Says which of the people who sign in a provider is, so that she sees what is hers.',
    args: { input: t.arg({ type: LinkProviderInput, description: 'Who is who.' }) },
    resolve: (_root, { input: { providerId, userId } }, { request, services }) =>
      services.providers.link(request, ProviderId.require(providerId), userId == null ? null : UserId.require(userId)),
  }),
  createProvider: t.field({
    type: ProviderRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Takes on a provider. She can be booked once she has working hours and offers a service.',
    args: { input: t.arg({ type: CreateProviderInput, description: 'Who she is.' }) },
    resolve: (_root, { input }, { request, services }) => services.providers.create(request, input),
  }),
}));
