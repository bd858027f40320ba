import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValidationError } from '../_kernel/errors/domain-error.js';
import { currencyExponent } from '../_kernel/money/currency.js';
import { addMoney, allocateMoney, money, subtractMoney } from './money.js';

const anyCurrency = fc.constantFrom('JPY', 'USD', 'KWD');
const anyAmount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const anyWeights = fc
  .array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 20 })
  .filter((weights) => weights.some((weight) => weight > 0));

describe('money', () => {
  it('knows currencies of no, two and three decimals', () => {
    expect(['JPY', 'USD', 'EUR', 'KWD'].map(currencyExponent)).toEqual([0, 2, 2, 3]);
  });

  it('takes its decimals from ISO 4217 where the runtime says otherwise', () => {
    expect(currencyExponent('HUF')).toBe(2);
  });

  it.each([
    ['a fraction', 10.5, 'USD', 'amount'],
    ['not a number', Number.NaN, 'USD', 'amount'],
    ['more than can be counted exactly', Number.MAX_SAFE_INTEGER + 1, 'USD', 'amount'],
    ['an unknown currency', 1, 'ZZZ', 'currency'],
    ['a currency in lower case', 1, 'usd', 'currency'],
  ])('refuses %s and names the field', (_what, amount, currency, field) => {
    expect(() => money(amount, currency)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ field })] }),
    );
  });

  it('refuses to combine two currencies', () => {
    expect(() => addMoney(money(1, 'USD'), money(1, 'EUR'))).toThrow(ValidationError);
    expect(() => subtractMoney(money(1, 'USD'), money(1, 'EUR'))).toThrow(ValidationError);
  });

  it('takes away what was added', () => {
    fc.assert(
      fc.property(anyAmount, anyAmount, anyCurrency, (left, right, currency) => {
        const sum = addMoney(money(left, currency), money(right, currency));
        expect(subtractMoney(sum, money(right, currency))).toEqual(money(left, currency));
      }),
    );
  });

  it('has one zero', () => {
    expect(Object.is(money(-0, 'USD').amount, 0)).toBe(true);
  });
});

describe('splitting money', () => {
  it('gives the odd cent to the largest remainder', () => {
    expect(allocateMoney(money(100, 'USD'), [1, 1, 1]).map((part) => part.amount)).toEqual([34, 33, 33]);
    expect(allocateMoney(money(-100, 'USD'), [1, 1, 1]).map((part) => part.amount)).toEqual([-34, -33, -33]);
    expect(allocateMoney(money(5, 'JPY'), [3, 7]).map((part) => part.amount)).toEqual([2, 3]);
    expect(allocateMoney(money(1_001, 'KWD'), [50, 25, 25]).map((part) => part.amount)).toEqual([
      501, 250, 250,
    ]);
  });

  it('sums to the whole, each part within one minor unit of its exact share', () => {
    fc.assert(
      fc.property(anyAmount, anyCurrency, anyWeights, (amount, currency, weights) => {
        const parts = allocateMoney(money(amount, currency), weights);
        expect(parts.reduce(addMoney)).toEqual(money(amount, currency));
        const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
        parts.forEach((part, index) => {
          const distance = BigInt(part.amount) * total - BigInt(amount) * BigInt(weights[index] ?? 0);
          expect(distance < total && distance > -total).toBe(true);
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives nothing to a weight of zero', () => {
    fc.assert(
      fc.property(anyAmount, anyWeights, (amount, weights) => {
        const parts = allocateMoney(money(amount, 'EUR'), [...weights, 0]);
        expect(parts.at(-1)).toEqual(money(0, 'EUR'));
      }),
    );
  });

  it.each([[[]], [[0, 0]], [[1, -1]], [[0.5]]])('refuses the weights %j', (weights) => {
    expect(() => allocateMoney(money(1, 'EUR'), weights)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ field: 'weights' })] }),
    );
  });
});
