import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MarketingEvents } from '../../marketing/events.js';
import { addRating } from '../discovery/discovery.store.js';

/** Who is found first depends on what clients say. */
export const countRatingWhenReviewIsSubmitted: Reaction = reactTo<MarketingEvents>()(
  'marketing.review_submitted',
  'countRatingWhenReviewIsSubmitted',
  (_context, db, { payload: { providerId, rating } }) => addRating(db, providerId, rating),
);
