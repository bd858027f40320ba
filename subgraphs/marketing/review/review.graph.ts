import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { BookingId, ProviderId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { ReviewId } from '../ids.js';
import type { ProviderRating, ReviewStatus } from './review.js';
import type { ReviewRow } from './review.store.js';

const ReviewStatusEnum = builder.enumType('ReviewStatus', {
  description: 'Whether a review is there for everybody to read.',
  values: {
    PUBLISHED: { description: 'Everybody reads it, and it counts.' },
    HIDDEN: { description: 'Taken out of sight by the company; it counts no more.' },
  } satisfies Record<ReviewStatus, object>,
});

const ProviderRef = builder.externalRef('Provider', builder.selection<{ id: string }>('id'));
export const BookingRef = builder.externalRef('Booking', builder.selection<{ id: string }>('id'));

const ReviewRef = builder.objectRef<ReviewRow>('Review').implement({
  description: 'What the client of a booking says it was like.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (review) => ReviewId.encode(review.id) }),
    rating: t.exposeInt('rating', { description: '1, the worst, to 5, the best.' }),
    text: t.exposeString('text', { nullable: true, description: 'In her own words, if she said any.' }),
    status: t.expose('status', { type: ReviewStatusEnum, description: 'Whether everybody can read it.' }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Whom it is about.',
      resolve: ({ providerId }) => ({ id: ProviderId.encode(providerId) }),
    }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      authenticated: true,
      description: 'The booking it is about. Null unless you may see that.',
      resolve: ({ bookingId }) => ({ id: BookingId.encode(bookingId) }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was submitted.' }),
  }),
});

builder.asEntity(ReviewRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = ReviewId.decode(id);
    return uuid === null ? null : services.reviews.find(request, uuid);
  },
});

const ProviderRatingRef = builder.objectRef<ProviderRating>('ProviderRating').implement({
  description: 'What the published reviews of a provider come to.',
  fields: (t) => ({
    average: t.exposeFloat('average', {
      nullable: true,
      description: '1 to 5, to two decimals; null without a review.',
    }),
    count: t.exposeInt('count', { description: 'How many reviews there are.' }),
  }),
});

ProviderRef.implement({
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (provider) => provider.id }),
    rating: t.field({
      type: ProviderRatingRef,
      nullable: true,
      description: 'What clients think of her.',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = ProviderId.decode(id);
        return uuid === null ? null : services.reviews.ratingOfProvider(request, uuid);
      },
    }),
    reviews: t.connection(
      {
        type: ReviewRef,
        nullable: true,
        description: 'What clients say of her, newest first; only what is published.',
        resolve: ({ id }, args, { request, services }) => {
          const uuid = ProviderId.decode(id);
          return uuid === null ? null : services.reviews.ofProvider(request, uuid, args);
        },
      },
      { name: 'ReviewConnection', description: 'A page of reviews.' },
      { name: 'ReviewEdge', description: 'A review in a page.' },
    ),
  }),
});

BookingRef.implement({
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (booking) => booking.id }),
    review: t.field({
      type: ReviewRef,
      nullable: true,
      authenticated: true,
      description: 'What the client said of it, if anything.',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = BookingId.decode(id);
        return uuid === null ? null : services.reviews.ofBooking(request, uuid);
      },
    }),
  }),
});

const SubmitReviewInput = builder.inputType('SubmitReviewInput', {
  description: 'What a booking was like.',
  fields: (t) => ({
    bookingId: t.id({ description: 'Global id of the booking: your own, and completed.' }),
    rating: t.int({ description: '1, the worst, to 5, the best.' }),
    text: t.string({ required: false, description: 'In your own words, up to 2000 characters.' }),
  }),
});

builder.mutationFields((t) => ({
  submitReview: t.field({
    type: ReviewRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, UnauthenticatedError, NotFoundError, ConflictError] },
    description: 'Says what a booking of yours was like, once it took place. A booking is reviewed once.',
    args: { input: t.arg({ type: SubmitReviewInput, description: 'What it was like.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.reviews.submit(request, { ...input, bookingId: BookingId.require(input.bookingId) }),
  }),
  hideReview: t.field({
    type: ReviewRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ForbiddenError, NotFoundError] },
    description: 'Takes a review out of sight of all but its author and those who may do this.',
    args: { id: t.arg.id({ description: 'Global id of the review.' }) },
    resolve: (_root, { id }, { request, services }) => services.reviews.hide(request, ReviewId.require(id)),
  }),
}));
