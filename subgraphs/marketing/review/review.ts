import { z } from 'zod';
import { textSchema } from '../../_kernel/validation/text.js';

export const REVIEW_STATUSES = ['PUBLISHED', 'HIDDEN'] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];

export const newReviewSchema = z.object({
  bookingId: z.guid(),
  rating: z.int('must be a whole number').min(1, 'must be at least 1').max(5, 'must be at most 5'),
  text: textSchema(2_000)
    .transform((text) => (text === '' ? null : text))
    .nullish(),
});

/** What all published reviews of a provider come to. */
export interface ProviderRating {
  /** 1 to 5, to two decimals; null without a review. */
  readonly average: number | null;
  readonly count: number;
}

/** @param sum of the ratings of all reviews */
export const ratingOf = (sum: number, count: number): ProviderRating => ({
  average: count === 0 ? null : Math.round((sum / count) * 100) / 100,
  count,
});
