import { ValidationError } from '../_kernel/errors/domain-error.js';
import { currencyExponent } from '../_kernel/money/currency.js';
import type { Money } from '../_kernel/money/money.js';

/**
 * @param amount whole minor units
 * @throws {ValidationError} on `amount` when it is not a safe integer, on `currency` when it is unknown
 */
export function money(amount: number, currency: string): Money {
  currencyExponent(currency);
  if (!Number.isSafeInteger(amount)) throw ValidationError.of('amount', 'must be a whole number of minor units');
  // Adding zero turns -0 into 0, so that equal sums are equal values.
  return { amount: amount + 0, currency };
}

/** @throws {ValidationError} when the currencies differ or the sum leaves the safe range */
export function addMoney(augend: Money, addend: Money): Money {
  assertSameCurrency(augend, addend);
  return money(augend.amount + addend.amount, augend.currency);
}

/** @throws {ValidationError} when the currencies differ or the difference leaves the safe range */
export function subtractMoney(minuend: Money, subtrahend: Money): Money {
  assertSameCurrency(minuend, subtrahend);
  return money(minuend.amount - subtrahend.amount, minuend.currency);
}

/**
 * Splits a sum in proportion to the weights by largest remainder: every part is within one minor unit of its exact
 * share, equal remainders go to the earlier part, and the parts always sum to the whole.
 * @param weights non-negative safe integers, at least one of them positive
 * @throws {ValidationError} on `weights`
 */
export function allocateMoney(whole: Money, weights: readonly number[]): readonly Money[] {
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw ValidationError.of('weights', 'must be whole numbers, none of them negative');
  }
  // BigInt: the product of an amount and a weight can exceed what a double holds exactly.
  const exact = weights.map(BigInt);
  const total = exact.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) throw ValidationError.of('weights', 'must contain a positive number');

  const magnitude = BigInt(Math.abs(whole.amount));
  const shares = exact.map((weight, index) => ({
    index,
    units: (magnitude * weight) / total,
    remainder: (magnitude * weight) % total,
  }));
  const missing = Number(magnitude - shares.reduce((sum, share) => sum + share.units, 0n));
  const roundedUp = new Set(
    shares
      .toSorted((a, b) =>
        a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
      )
      .slice(0, missing)
      .map((share) => share.index),
  );
  const sign = whole.amount < 0 ? -1 : 1;
  return shares.map((share) =>
    money(sign * (Number(share.units) + (roundedUp.has(share.index) ? 1 : 0)), whole.currency),
  );
}

function assertSameCurrency(left: Money, right: Money): void {
  if (left.currency !== right.currency) {
    throw ValidationError.of('currency', `cannot combine ${left.currency} with ${right.currency}`);
  }
}
