import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commissionFor, commissionOn, scopesFor, takenBackOf, tiersSchema, type Tier } from './commission.js';

const plain: readonly Tier[] = [{ from: 0, basisPoints: 1_000 }];
const rising: readonly Tier[] = [
  { from: 0, basisPoints: 1_000 },
  { from: 100_000, basisPoints: 1_500 },
  { from: 200_000, basisPoints: 2_000 },
];

describe('a commission', () => {
  it('is a share of the price, in every currency’s own minor units', () => {
    const of = (amount: number, currency: string) => commissionFor({ currency, tiers: plain }, 0, { amount, currency });
    expect([of(10_000, 'USD'), of(105, 'JPY'), of(10_005, 'KWD')]).toEqual([1_000, 11, 1_001]);
  });

  it('is counted by tiers, each part of the turnover at its own', () => {
    expect(commissionOn(250_000, rising)).toBe(10_000 + 15_000 + 10_000);
    expect(commissionFor({ currency: 'USD', tiers: rising }, 90_000, { amount: 20_000, currency: 'USD' })).toBe(1_000 + 1_500);
  });

  it('knows tiers in one currency, and gives what is paid in another the first one’s rate', () => {
    expect(commissionFor({ currency: 'USD', tiers: rising }, 500_000, { amount: 1_000, currency: 'EUR' })).toBe(100);
  });

  it('sums over a month to the commission on its turnover, in whatever pieces the turnover came', () => {
    const prices = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 60 });
    const rates = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(prices, rates, fc.integer({ min: 1, max: 500_000 }), (amounts, points, step) => {
        const tiers = points.map((basisPoints, at) => ({ from: at * step, basisPoints }));
        let [turnover, total] = [0, 0];
        for (const amount of amounts) {
          const share = commissionFor({ currency: 'USD', tiers }, turnover, { amount, currency: 'USD' });
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(amount);
          turnover += amount;
          total += share;
        }
        expect(total).toBe(commissionOn(turnover, tiers));
      }),
    );
  });

  it('is taken back in proportion to what the client got back, and whole when she got all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), fc.nat(10_000), fc.nat(2 * 10 ** 9), (base, points, returned) => {
        const amount = commissionOn(base, [{ from: 0, basisPoints: points }]);
        const takenBack = takenBackOf({ amount, base }, returned);
        expect(takenBack).toBeGreaterThanOrEqual(0);
        expect(takenBack).toBeLessThanOrEqual(amount);
        if (returned >= base) expect(takenBack).toBe(amount);
        if (returned === 0) expect(takenBack).toBe(0);
      }),
    );
  });

  it('goes by the most particular rule', () => {
    expect(scopesFor({ providerId: 'p', serviceId: 's' })).toEqual(['p/s', 'p/*', '*/s', '*/*']);
  });

  it.each([
    ['none at all', []],
    ['a beginning above zero', [{ from: 1, basisPoints: 100 }]],
    ['tiers that fall', [{ from: 0, basisPoints: 1 }, { from: 5, basisPoints: 1 }, { from: 5, basisPoints: 2 }]],
    ['more than everything', [{ from: 0, basisPoints: 10_001 }]],
    ['parts of a unit', [{ from: 0, basisPoints: 0.5 }]],
  ])('has no rule of %s', (_what, tiers) => {
    expect(tiersSchema.safeParse(tiers).success).toBe(false);
  });
});
