import { z } from 'zod';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Money } from '../../_kernel/money/money.js';
import { lineSchema } from '../../_kernel/validation/text.js';
import { wholeMajorUnits } from './major-units.js';

export const LOYALTY_ENTRY_REASONS = ['EARNED_FOR_BOOKING', 'ADJUSTED', 'REDEEMED', 'EXPIRED'] as const;
export type LoyaltyEntryReason = (typeof LOYALTY_ENTRY_REASONS)[number];

/** Lifetime points from which a tier is reached, lowest tier first. */
const TIERS = [
  { tier: 'BRONZE', from: 0 },
  { tier: 'SILVER', from: 500 },
  { tier: 'GOLD', from: 2_000 },
  { tier: 'PLATINUM', from: 5_000 },
] as const;
export type LoyaltyTier = (typeof TIERS)[number]['tier'];

/** The most points an account holds or has ever been given: what an integer of the graph can say. */
export const MOST_POINTS = 2_147_483_647;

export interface PointsHeld {
  readonly points: number;
  readonly lifetimePoints: number;
}

export interface PointsChange {
  readonly reason: LoyaltyEntryReason;
  /** Positive for what is given, negative for what is taken. */
  readonly points: number;
}

/** One point for each whole major unit of the price, whatever the decimals of its currency; a part earns nothing. */
export const pointsForPrice = ({ amount, currency }: Money): number =>
  amount <= 0 ? 0 : Math.min(wholeMajorUnits(amount, currency), MOST_POINTS);

/** As much of an award as the account can still be given. */
export const pointsWithRoom = ({ lifetimePoints }: PointsHeld, points: number): number =>
  Math.min(points, MOST_POINTS - lifetimePoints);

export const tierOf = (lifetimePoints: number): LoyaltyTier =>
  TIERS.findLast(({ from }) => lifetimePoints >= from)?.tier ?? 'BRONZE';

/**
 * What an account holds after a change. Lifetime points are what was earned, put right by adjustments;
 * redeeming points or letting them expire takes no tier away.
 */
export const afterChange = ({ points, lifetimePoints }: PointsHeld, change: PointsChange): PointsHeld => ({
  points: points + change.points,
  lifetimePoints:
    change.reason === 'EARNED_FOR_BOOKING' || change.reason === 'ADJUSTED'
      ? lifetimePoints + change.points
      : lifetimePoints,
});

/** @throws {ConflictError} when the change would leave fewer points than none or more than an account can hold */
export function assertCanChange(held: PointsHeld, change: PointsChange): void {
  const after = afterChange(held, change);
  if (after.points < 0) throw new ConflictError(`The account holds only ${held.points} points`);
  if (after.lifetimePoints > MOST_POINTS) throw new ConflictError(`An account holds at most ${MOST_POINTS} points`);
}

/** The key under which a booking's points are written; a second entry under it is refused. */
export const sourceOfBooking = (bookingId: string): string => `booking:${bookingId}`;
export const sourceOfAdjustment = (entryId: string): string => `adjustment:${entryId}`;

export const adjustmentSchema = z.object({
  clientId: z.guid(),
  points: z
    .int('must be a whole number')
    .min(-MOST_POINTS)
    .max(MOST_POINTS)
    .refine((points) => points !== 0, 'must not be 0'),
  reason: lineSchema(200),
  idempotencyKey: z.string(),
});
