import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { CatchUp } from '../../_kernel/events/consumer-offset.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MarketingEvents } from '../events.js';
import { newReviewSchema, ratingOf, type ProviderRating } from './review.js';
import type { ReviewLoaders } from './review.loader.js';
import {
  findReviewableBookings,
  hideReview,
  insertReview,
  insertReviewableBooking,
  REVIEW_SORT,
  type ReviewableBookingRow,
  type ReviewRow,
} from './review.store.js';

/** How long a review waits for the news that the booking has just been completed. */
const CATCH_UP_MS = 3_000;

export interface NewReview {
  /** UUID. */
  readonly bookingId: string;
  /** 1 to 5. */
  readonly rating: number;
  readonly text?: string | null | undefined;
}

export interface ReviewService {
  /** Notes in the caller's transaction that a booking took place and can be reviewed. */
  admit(db: TenantDb, booking: Omit<ReviewableBookingRow, 'tenantId'>): Promise<void>;
  /**
   * Publishes a review of a completed booking by its own client.
   * @throws {UnauthenticatedError}
   * @throws {ValidationError}
   * @throws {NotFoundError} for a booking that is unknown, not completed, or somebody else's
   * @throws {ConflictError} when the booking has been reviewed already
   */
  submit(context: RequestContext, input: NewReview): Promise<ReviewRow>;
  /**
   * Takes a review out of sight of all but its author and those who moderate; one that is hidden stays so.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError}
   */
  hide(context: RequestContext, id: string): Promise<ReviewRow>;
  /** Null for an unknown one and for a hidden one that is not yours to see. */
  find(context: RequestContext, id: string): Promise<ReviewRow | null>;
  /** Null when there is none or it is hidden and not yours to see. */
  ofBooking(context: RequestContext, bookingId: string): Promise<ReviewRow | null>;
  /** The published ones, newest first. */
  ofProvider(context: RequestContext, providerId: string, args: PageArgs): Promise<Connection<ReviewRow>>;
  ratingOfProvider(context: RequestContext, providerId: string): Promise<ProviderRating>;
}

export function createReviewService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<MarketingEvents>;
  readonly loaders: ReviewLoaders;
  readonly catchUp: CatchUp;
}): ReviewService {
  const { tenants, outbox, loaders, catchUp } = parts;

  const findReviewable = async (context: RequestContext, bookingId: string): Promise<ReviewableBookingRow | null> => {
    const [known] = await findReviewableBookings(tenants.of(context), [bookingId]);
    if (known) return known;
    await catchUp('marketing', context.tenant.id, CATCH_UP_MS);
    return (await findReviewableBookings(tenants.of(context), [bookingId]))[0] ?? null;
  };

  const ifVisible = async (context: RequestContext, review: ReviewRow | null): Promise<ReviewRow | null> => {
    if (!review || review.status === 'PUBLISHED' || hasPermission(context, 'settings:update')) return review;
    if (context.principal.kind !== 'member') return null;
    const booking = await context.loaders.of(context, loaders.reviewableBooking).load(review.bookingId);
    return booking?.clientUserId === context.principal.userId ? review : null;
  };

  return {
    admit: insertReviewableBooking,
    async submit(context, input) {
      const { userId } = requireMember(context);
      const { bookingId, rating, text } = validate(newReviewSchema, input);
      const booking = await findReviewable(context, bookingId);
      if (booking?.clientUserId !== userId) throw new NotFoundError('Completed booking');
      const submitted = await tenants.transaction(context, async (db) => {
        const { providerId } = booking;
        const review = await insertReview(db, {
          id: uuidv7(),
          bookingId,
          providerId,
          rating,
          text: text ?? null,
          createdAt: context.clock.now(),
        });
        if (!review) throw new ConflictError('This booking has been reviewed already');
        await outbox.emit(db, context, 'marketing.review_submitted', {
          reviewId: review.id,
          bookingId,
          providerId,
          rating,
        });
        return review;
      });
      context.loaders.clear();
      return submitted;
    },
    async hide(context, id) {
      requirePermission(context, 'settings:update');
      const review = await tenants.transaction(context, (db) => hideReview(db, id, context.clock.now()));
      if (!review) throw new NotFoundError('Review');
      context.loaders.clear();
      return review;
    },
    find: async (context, id) => ifVisible(context, await context.loaders.of(context, loaders.byId).load(id)),
    ofBooking: async (context, bookingId) =>
      ifVisible(context, await context.loaders.of(context, loaders.byBookingId).load(bookingId)),
    async ofProvider(context, providerId, args) {
      const page = pageOf(args, REVIEW_SORT);
      const published = context.loaders.of(context, loaders.publishedByProviderId);
      const rows = await published.load({ parentId: providerId, page });
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async ratingOfProvider(context, providerId) {
      const sum = await context.loaders.of(context, loaders.ratingByProviderId).load(providerId);
      return ratingOf(sum?.sum ?? 0, sum?.count ?? 0);
    },
  };
}
