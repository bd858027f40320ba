import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { loadPagesOfParents, type PageOfParent } from '../pages-of-parents.js';
import {
  findPublishedReviews,
  findReviewableBookings,
  findReviewsByIds,
  findReviewsOfBookings,
  sumRatings,
  type RatingSum,
  type ReviewableBookingRow,
  type ReviewRow,
} from './review.store.js';

export interface ReviewLoaders {
  readonly byId: LoaderDefinition<string, ReviewRow | null>;
  readonly byBookingId: LoaderDefinition<string, ReviewRow | null>;
  readonly reviewableBooking: LoaderDefinition<string, ReviewableBookingRow | null>;
  readonly ratingByProviderId: LoaderDefinition<string, RatingSum | null>;
  readonly publishedByProviderId: LoaderDefinition<PageOfParent, ReviewRow[]>;
}

export const createReviewLoaders = (tenants: TenantDatabase): ReviewLoaders => ({
  byId: {
    name: 'reviewById',
    batch: async (context, ids) => inKeyOrder(ids, await findReviewsByIds(tenants.of(context), ids), (row) => row.id),
  },
  byBookingId: {
    name: 'reviewByBookingId',
    batch: async (context, bookingIds) =>
      inKeyOrder(bookingIds, await findReviewsOfBookings(tenants.of(context), bookingIds), (row) => row.bookingId),
  },
  reviewableBooking: {
    name: 'reviewableBookingById',
    batch: async (context, bookingIds) =>
      inKeyOrder(bookingIds, await findReviewableBookings(tenants.of(context), bookingIds), (row) => row.bookingId),
  },
  ratingByProviderId: {
    name: 'ratingByProviderId',
    batch: async (context, providerIds) =>
      inKeyOrder(providerIds, await sumRatings(tenants.of(context), providerIds), (row) => row.providerId),
  },
  publishedByProviderId: loadPagesOfParents(
    'publishedReviewsByProviderId',
    (context, providerIds, page) => findPublishedReviews(tenants.of(context), providerIds, page),
    (row) => row.providerId,
  ),
});
