import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import {
  afterChange,
  assertCanChange,
  LOYALTY_ENTRY_REASONS,
  MOST_POINTS,
  pointsForPrice,
  pointsWithRoom,
  tierOf,
  type PointsChange,
  type PointsHeld,
} from './loyalty.js';

const DECIMALS = { JPY: 0, USD: 2, EUR: 2, HUF: 2, KWD: 3 } as const;
const anyCurrency = fc.constantFrom(...(Object.keys(DECIMALS) as (keyof typeof DECIMALS)[]));

const anyChange: fc.Arbitrary<PointsChange> = fc
  .tuple(fc.constantFrom(...LOYALTY_ENTRY_REASONS), fc.integer({ min: 1, max: 10_000 }), fc.boolean())
  .map(([reason, points, takes]) => {
    if (reason === 'EARNED_FOR_BOOKING') return { reason, points };
    return { reason, points: reason !== 'ADJUSTED' || takes ? -points : points };
  });

describe('the points of a price', () => {
  it.each([
    [{ amount: 12_050, currency: 'USD' }, 120],
    [{ amount: 99, currency: 'EUR' }, 0],
    [{ amount: 12_050, currency: 'JPY' }, 12_050],
    [{ amount: 12_050, currency: 'KWD' }, 12],
    [{ amount: 12_050, currency: 'HUF' }, 120],
    [{ amount: 0, currency: 'USD' }, 0],
    [{ amount: -500, currency: 'USD' }, 0],
    [{ amount: Number.MAX_SAFE_INTEGER, currency: 'JPY' }, MOST_POINTS],
  ])('are the whole major units of %j', (price, points) => {
    expect(pointsForPrice(price)).toBe(points);
  });

  it('are the integer part of the price as people write it, in every currency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), anyCurrency, (amount, currency) => {
        const written = String(amount).padStart(DECIMALS[currency] + 1, '0');
        const whole = written.slice(0, written.length - DECIMALS[currency]);
        expect(pointsForPrice({ amount, currency })).toBe(Number(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never are worth more than the price, and less than one unit below it', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), anyCurrency, (amount, currency) => {
        const points = BigInt(pointsForPrice({ amount, currency }));
        const unit = 10n ** BigInt(DECIMALS[currency]);
        expect(points * unit <= BigInt(amount)).toBe(true);
        expect(points === BigInt(MOST_POINTS) || (points + 1n) * unit > BigInt(amount)).toBe(true);
      }),
    );
  });
});

describe('the tier', () => {
  it.each([
    [0, 'BRONZE'],
    [499, 'BRONZE'],
    [500, 'SILVER'],
    [1_999, 'SILVER'],
    [2_000, 'GOLD'],
    [4_999, 'GOLD'],
    [5_000, 'PLATINUM'],
    [MOST_POINTS, 'PLATINUM'],
  ])('of %d lifetime points is %s', (points, tier) => {
    expect(tierOf(points)).toBe(tier);
  });
});

describe('a change of points', () => {
  it('keeps the balance the sum of what was allowed, never below none and never above the lifetime', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 60 }), (changes) => {
        let held: PointsHeld = { points: 0, lifetimePoints: 0 };
        let sum = 0;
        for (const change of changes) {
          try {
            assertCanChange(held, change);
          } catch (error) {
            expect(error).toBeInstanceOf(ConflictError);
            continue;
          }
          held = afterChange(held, change);
          sum += change.points;
        }
        expect(held.points).toBe(sum);
        expect(held.points).toBeGreaterThanOrEqual(0);
        expect(held.lifetimePoints).toBeGreaterThanOrEqual(held.points);
      }),
    );
  });

  it('takes no tier away when points are spent or expire', () => {
    const held = { points: 600, lifetimePoints: 600 };
    for (const reason of ['REDEEMED', 'EXPIRED'] as const) {
      expect(afterChange(held, { reason, points: -600 })).toEqual({ points: 0, lifetimePoints: 600 });
    }
    expect(afterChange(held, { reason: 'ADJUSTED', points: -200 })).toEqual({ points: 400, lifetimePoints: 400 });
  });

  it('gives no more than an account can hold', () => {
    expect(pointsWithRoom({ points: 0, lifetimePoints: MOST_POINTS - 5 }, 100)).toBe(5);
    const full = { points: MOST_POINTS, lifetimePoints: MOST_POINTS };
    expect(pointsWithRoom(full, 1)).toBe(0);
    expect(() => assertCanChange(full, { reason: 'ADJUSTED', points: 1 })).toThrow(ConflictError);
  });
});
