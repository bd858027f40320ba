import type { Review, ReviewableBooking } from '../../../prisma/generated/client.js';
import type { Page, SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ReviewRow = Review;
export type ReviewableBookingRow = ReviewableBooking;

export const REVIEW_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const findReviewsByIds = (db: TenantDb, ids: readonly string[]): Promise<ReviewRow[]> =>
  db.review.findMany({ where: { id: { in: [...ids] } } });

export const findReviewsOfBookings = (db: TenantDb, bookingIds: readonly string[]): Promise<ReviewRow[]> =>
  db.review.findMany({ where: { bookingId: { in: [...bookingIds] } } });

export const findReviewableBookings = (db: TenantDb, bookingIds: readonly string[]): Promise<ReviewableBookingRow[]> =>
  db.reviewableBooking.findMany({ where: { bookingId: { in: [...bookingIds] } } });

export async function insertReviewableBooking(
  db: TenantDb,
  booking: Omit<ReviewableBookingRow, 'tenantId'>,
): Promise<void> {
  await db.reviewableBooking.createMany({ data: [booking], skipDuplicates: true });
}

/** @returns null when the booking has its review already */
export async function insertReview(
  db: TenantDb,
  review: Omit<ReviewRow, 'tenantId' | 'status' | 'updatedAt'>,
): Promise<ReviewRow | null> {
  const rows = await db.review.createManyAndReturn({
    data: [{ ...review, updatedAt: review.createdAt }],
    skipDuplicates: true,
  });
  return rows[0] ?? null;
}

/** @returns null for an unknown one */
export async function hideReview(db: TenantDb, id: string, now: Date): Promise<ReviewRow | null> {
  await db.review.updateMany({ where: { id, status: 'PUBLISHED' }, data: { status: 'HIDDEN', updatedAt: now } });
  return db.review.findFirst({ where: { id } });
}

export interface RatingSum {
  readonly providerId: string;
  readonly sum: number;
  readonly count: number;
}

/** What the published reviews of providers come to; nothing for a provider without one. */
export async function sumRatings(db: TenantDb, providerIds: readonly string[]): Promise<RatingSum[]> {
  const groups = await db.review.groupBy({
    by: ['providerId'],
    where: { providerId: { in: [...providerIds] }, status: 'PUBLISHED' },
    _sum: { rating: true },
    _count: true,
  });
  return groups.map(({ providerId, _sum, _count }) => ({ providerId, sum: _sum.rating ?? 0, count: _count }));
}

/** A page of each provider's published reviews, newest first. */
export function findPublishedReviews(
  db: TenantDb,
  providerIds: readonly string[],
  { direction, from, limit }: Page,
): Promise<ReviewRow[]> {
  const [at, id] = from ? [new Date(String(from[0])), String(from[1])] : [null, null];
  if (direction === 'forward') {
    return db.$queryRaw<ReviewRow[]>`
      SELECT review.* FROM unnest(${providerIds}::uuid[]) AS wanted (provider_id) CROSS JOIN LATERAL (
        SELECT tenant_id AS "tenantId", id, booking_id AS "bookingId", provider_id AS "providerId", rating, text,
               status::text, created_at AS "createdAt", updated_at AS "updatedAt"
        FROM marketing.review AS r
        WHERE r.provider_id = wanted.provider_id AND r.status = 'PUBLISHED'
          AND (${at}::timestamptz IS NULL OR (r.created_at, r.id) < (${at}::timestamptz, ${id}::uuid))
        ORDER BY r.created_at DESC, r.id DESC LIMIT ${limit + 1}) AS review
      ORDER BY review."createdAt" DESC, review.id DESC`;
  }
  return db.$queryRaw<ReviewRow[]>`
    SELECT review.* FROM unnest(${providerIds}::uuid[]) AS wanted (provider_id) CROSS JOIN LATERAL (
      SELECT tenant_id AS "tenantId", id, booking_id AS "bookingId", provider_id AS "providerId", rating, text,
             status::text, created_at AS "createdAt", updated_at AS "updatedAt"
      FROM marketing.review AS r
      WHERE r.provider_id = wanted.provider_id AND r.status = 'PUBLISHED'
        AND (${at}::timestamptz IS NULL OR (r.created_at, r.id) > (${at}::timestamptz, ${id}::uuid))
      ORDER BY r.created_at, r.id LIMIT ${limit + 1}) AS review
    ORDER BY review."createdAt", review.id`;
}
