import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import type { MarketingEvents } from './events.js';
import { createAdjustPointsService } from './loyalty/adjust-points.service.js';
import { createLoyaltyLoaders } from './loyalty/loyalty.loader.js';
import { createLoyaltyService } from './loyalty/loyalty.service.js';
import { admitReviewWhenBookingIsCompleted } from './reactions/admit-review-when-booking-is-completed.js';
import { awardPointsWhenBookingIsCompleted } from './reactions/award-points-when-booking-is-completed.js';
import { openLoyaltyAccountWhenClientIsKept } from './reactions/open-loyalty-account-when-client-is-kept.js';
import { createReviewLoaders } from './review/review.loader.js';
import { createReviewService } from './review/review.service.js';
import { MARKETING_HOLDINGS } from './personal-data.js';
import { schema } from './schema.js';
import type { MarketingServices } from './services.js';

/** What brings clients back: their points, and what they say of those they were with. */
export function createMarketing(runtime: SubgraphRuntime): Subgraph<MarketingServices> {
  const { tenants } = runtime.database;
  const { catchUp } = runtime;
  const outbox = runtime.outbox.for<MarketingEvents>();
  const loyaltyLoaders = createLoyaltyLoaders({ tenants, catchUp });
  const loyalty = createLoyaltyService({ outbox, loaders: loyaltyLoaders });
  const reviews = createReviewService({ tenants, outbox, loaders: createReviewLoaders(tenants), catchUp });

  return {
    name: 'marketing',
    schema,
    services: {
      loyalty,
      adjustments: createAdjustPointsService({ tenants, loaders: loyaltyLoaders }),
      reviews,
    },
    reactions: [
      openLoyaltyAccountWhenClientIsKept(loyalty),
      awardPointsWhenBookingIsCompleted(loyalty),
      admitReviewWhenBookingIsCompleted(reviews),
      answerForPersonalData({ name: 'marketing', holdings: MARKETING_HOLDINGS }, outbox, runtime.secretBox),
    ],
    routes: [],
    schedules: [],
  };
}
