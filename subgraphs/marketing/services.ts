import type { AdjustPointsService } from './loyalty/adjust-points.service.js';
import type { LoyaltyService } from './loyalty/loyalty.service.js';
import type { ReviewService } from './review/review.service.js';

/** What marketing's resolvers can call. */
export interface MarketingServices {
  readonly loyalty: LoyaltyService;
  readonly adjustments: AdjustPointsService;
  readonly reviews: ReviewService;
}
