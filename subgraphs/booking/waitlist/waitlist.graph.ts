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
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ClientRef } from '../client/client.graph.js';
import { ProviderId, ServiceId, WaitlistEntryId, wantedIds } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { WaitlistEntryRow } from './waitlist.store.js';

const WaitlistStatusEnum = builder.enumType('WaitlistStatus', {
  description: 'Where somebody who waits stands.',
  values: {
    WAITING: { description: 'Nothing has been given back yet that would do.' },
    OFFERED: { description: 'A slot is held for her; accepting or paying takes it.' },
    BOOKED: { description: 'She has taken it.' },
    LAPSED: { description: 'She has let the offer pass.' },
    LEFT: { description: 'She waits no more.' },
  } satisfies Record<WaitlistEntryRow['status'], object>,
});

const WaitlistEntryRef = builder.objectRef<WaitlistEntryRow>('WaitlistEntry').implement({
  description: 'Somebody who takes a slot when one is given back; first come first served.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => WaitlistEntryId.encode(id) }),
    status: t.expose('status', { type: WaitlistStatusEnum, description: 'Where she stands.' }),
    service: t.field({
      type: ServiceRef,
      description: 'What she waits for.',
      resolve: ({ serviceId }, _args, { request, services }) => services.catalogue.get(request, serviceId),
    }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'With whom; null for whoever does it.',
      resolve: ({ providerId }, _args, { request, services }) =>
        providerId === null ? null : services.providers.get(request, providerId),
    }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'Who waits. Null unless it is you or you look after clients (`patients:read`).',
      resolve: ({ clientId }, _args, { request, services }) => services.clients.find(request, clientId),
    }),
    earliest: t.expose('earliest', { type: 'DateTime', description: 'The first start that would do.' }),
    latest: t.expose('latest', { type: 'DateTime', description: 'The last start that would do.' }),
    joinedAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when she waits.' }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'What is held for her, or was; null before there was an offer.',
      resolve: ({ bookingId }, _args, { request, services }) =>
        bookingId === null ? null : services.reservationQueries.find(request, bookingId),
    }),
  }),
});

const JoinWaitlistInput = builder.inputType('JoinWaitlistInput', {
  description: 'What somebody waits for.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    providerId: t.id({ required: false, description: 'Global id of the provider; whoever does it when left out.' }),
    earliest: t.field({ type: 'DateTime', description: 'The first start that would do.' }),
    latest: t.field({ type: 'DateTime', description: 'The last start that would do.' }),
    clientId: t.id({ required: false, description: 'Global id of the client; yourself when left out.' }),
  }),
});

const FillGapInput = builder.inputType('FillGapInput', {
  description: 'A start of a provider that is free.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    startsAt: t.field({ type: 'DateTime', description: 'The start.' }),
  }),
});

builder.queryFields((t) => ({
  myWaitlist: t.field({
    type: [WaitlistEntryRef],
    nullable: true,
    authenticated: true,
    description: 'What you wait for, and what is offered to you.',
    resolve: async (_root, _args, { request, services }) => [...(await services.waitlist.mine(request))],
  }),
  waitlist: t.connection(
    {
      type: WaitlistEntryRef,
      nullable: true,
      requiresScopes: [['appointments:read']],
      description: 'Everybody who waits, in their order; null for an unknown service.',
      args: { serviceId: t.arg.id({ required: false, description: 'Only for this service.' }) },
      resolve: (_root, { serviceId, ...args }, { request, services }) => {
        const uuid = serviceId == null ? undefined : ServiceId.decode(serviceId);
        return uuid === null ? null : services.waitlist.list(request, { ...args, serviceId: uuid });
      },
    },
    { name: 'WaitlistEntryConnection', description: 'A page of the waitlist.' },
    { name: 'WaitlistEntryEdge', description: 'An entry in a page.' },
  ),
  gapSuggestions: t.field({
    type: [WaitlistEntryRef],
    nullable: true,
    requiresScopes: [['appointments:read']],
    description: 'Who waits for a start of a provider, in their order; null for an id that is none.',
    args: {
      providerId: t.arg.id({ description: 'Global id of the provider.' }),
      startsAt: t.arg({ type: 'DateTime', description: 'The start.' }),
    },
    resolve: async (_root, { providerId, startsAt }, { request, services }) => {
      const uuid = ProviderId.decode(providerId);
      return uuid === null ? null : [...(await services.waitlist.suggestions(request, { providerId: uuid, startsAt }))];
    },
  }),
}));

builder.mutationFields((t) => ({
  joinWaitlist: t.field({
    type: WaitlistEntryRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, QuotaExceededError] },
    description: 'Waits for a slot: the first who waits is offered what is given back, and has 30 minutes to take it.',
    args: { input: t.arg({ type: JoinWaitlistInput, description: 'What for.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.waitlist.join(request, {
        ...input,
        ...wantedIds(input),
      }),
  }),
  leaveWaitlist: t.field({
    type: WaitlistEntryRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, UnauthenticatedError, InvalidTransitionError, ForbiddenError] },
    description: 'Waits no more, and gives back what was offered.',
    args: { id: t.arg.id({ description: 'Global id of the entry.' }) },
    resolve: (_root, { id }, { request, services }) => services.waitlist.leave(request, WaitlistEntryId.require(id)),
  }),
  acceptWaitlistOffer: t.field({
    type: WaitlistEntryRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, UnauthenticatedError, InvalidTransitionError] },
    description: 'Takes what was offered. What costs something is taken by paying for it while it is held.',
    args: { id: t.arg.id({ description: 'Global id of the entry.' }) },
    resolve: (_root, { id }, { request, services }) => services.waitlist.accept(request, WaitlistEntryId.require(id)),
  }),
  fillGap: t.field({
    type: WaitlistEntryRef,
    nullable: true,
    requiresScopes: [['appointments:create']],
    errors: { types: [NotFoundError, ForbiddenError, QuotaExceededError] },
    description: 'Offers a free start to the first who waits for it; null when nobody does.',
    args: { input: t.arg({ type: FillGapInput, description: 'The start.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.waitlist.fillGap(request, {
        providerId: ProviderId.require(input.providerId),
        startsAt: input.startsAt,
      }),
  }),
}));
