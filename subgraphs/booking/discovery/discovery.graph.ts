import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { LocationId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { LocationRef } from '../resource/resource.graph.js';
import type { DiscoverySort } from './discovery.js';
import type { Hit } from './discovery.store.js';

const DiscoverySortEnum = builder.enumType('DiscoverySort', {
  description: 'What is best. What is alike in that is in order of its ratings.',
  values: {
    RELEVANCE: { description: 'What was typed.' },
    RATING: { description: 'Ratings.' },
    PRICE: { description: 'The cheapest of what they do.' },
    DISTANCE: { description: 'The way there.' },
    NEXT_FREE: { description: 'Who can be booked soonest, of the 200 that fit best.' },
  } satisfies Record<DiscoverySort, object>,
});

const DiscoveredProviderRef = builder.objectRef<Hit>('DiscoveredProvider').implement({
  description: 'A provider that was found.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      description: 'Who it is.',
      resolve: ({ providerId }, _args, { request, services }) => services.providers.get(request, providerId),
    }),
    lowestPrice: t.field({
      type: 'Money',
      nullable: true,
      description: 'What the cheapest of what she does costs; null where she does nothing.',
      resolve: ({ lowestPrice }, _args, { request }) =>
        lowestPrice === null ? null : { amount: lowestPrice, currency: request.tenant.currency },
    }),
    rating: t.exposeFloat('rating', { nullable: true, description: 'Mean of her ratings, 1 to 5; null before there are any.' }),
    reviewCount: t.exposeInt('reviews', { description: 'How many ratings that is of.' }),
    distanceKm: t.exposeFloat('distanceKm', { nullable: true, description: 'How far she is as the crow flies; null where no place was asked for.' }),
    nextFreeAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The next start within four weeks at which she can be booked for one of her services, of which 20 are looked at; null where there is none.',
      resolve: ({ providerId }, _args, { request, services }) => services.discovery.nextFree(request, providerId),
    }),
  }),
});

const NearInput = builder.inputType('NearInput', {
  description: 'A place, and how far around it.',
  fields: (t) => ({
    latitude: t.float({ description: 'Degrees north, -90 to 90.' }),
    longitude: t.float({ description: 'Degrees east, -180 to 180.' }),
    withinKm: t.float({ description: 'As far as this, up to 200.' }),
  }),
});

const PlaceLocationInput = builder.inputType('PlaceLocationInput', {
  description: 'Where a location is.',
  fields: (t) => ({
    locationId: t.id({ description: 'Global id of the location.' }),
    latitude: t.float({ description: 'Degrees north, -90 to 90.' }),
    longitude: t.float({ description: 'Degrees east, -180 to 180.' }),
  }),
});

builder.queryFields((t) => ({
  discover: t.connection(
    {
      type: DiscoveredProviderRef,
      nullable: true,
      tag: 'public',
      description: 'Providers by words, even misspelt, place, price and rating, best first; the first 200 of them.',
      args: {
        query: t.arg.string({ required: false, description: 'What was typed, up to 200 characters; the last word may be unfinished.' }),
        near: t.arg({ type: NearInput, required: false, description: 'Only around this place.' }),
        highestPrice: t.arg.int({ required: false, description: 'Only those who do something for as little as this, in minor units.' }),
        lowestRating: t.arg.float({ required: false, description: 'Only those with such a mean of ratings, 0 to 5.' }),
        freeWithinDays: t.arg.int({ required: false, description: 'Only those who can be booked for something within so many days, 1 to 28.' }),
        sort: t.arg({ type: DiscoverySortEnum, defaultValue: 'RELEVANCE', description: 'What is best.' }),
      },
      resolve: (_root, args, { request, services }) => services.discovery.discover(request, args),
    },
    { name: 'DiscoveredProviderConnection', description: 'A page of what was found.' },
    { name: 'DiscoveredProviderEdge', description: 'A provider in a page.' },
  ),
  autocomplete: t.stringList({
    nullable: true,
    tag: 'public',
    description: 'What somebody may be about to type, ten at the most.',
    args: { typed: t.arg.string({ description: 'What has been typed so far, up to 200 characters.' }) },
    resolve: async (_root, { typed }, { request, services }) => [...(await services.discovery.complete(request, typed))],
  }),
}));

builder.mutationField('placeLocation', (t) =>
  t.field({
    type: LocationRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ForbiddenError, NotFoundError, ValidationError] },
    description: 'Says where a location is, so that those who work there are found around it.',
    args: { input: t.arg({ type: PlaceLocationInput, description: 'Which, and where.' }) },
    resolve: (_root, { input: { locationId, ...place } }, { request, services }) =>
      services.discovery.placeLocation(request, LocationId.require(locationId), place),
  }),
);
