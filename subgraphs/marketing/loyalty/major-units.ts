import { currencyExponent } from '../../_kernel/money/currency.js';

/**
 * How many whole major units an amount holds: 12 of 1299 US cents, 1299 of 1299 yen, 1 of 1299 fils.
 * @param amount minor units, not negative
 * @param currency ISO 4217
 * @throws {ValidationError} when there is no such currency
 */
export function wholeMajorUnits(amount: number, currency: string): number {
  const unit = 10 ** currencyExponent(currency);
  // The remainder first: a quotient of large integers may be rounded up.
  return (amount - (amount % unit)) / unit;
}
