import { ValidationError } from '../../_kernel/errors/domain-error.js';
import { currencyExponent } from '../../_kernel/money/currency.js';
import type { Money } from '../../_kernel/money/money.js';
import { money } from '../money.js';

/** Where the decimals Stripe counts in differ from ISO 4217. */
const STRIPE_EXPONENTS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };

const exponentShift = (currency: string): number =>
  (STRIPE_EXPONENTS[currency] ?? currencyExponent(currency)) - currencyExponent(currency);

/**
 * A sum in the unit in which Stripe counts the currency.
 * @throws {ValidationError} on `amount` when Stripe cannot express it
 */
export function toStripeAmount({ amount, currency }: Money): {
  readonly amount: number;
  readonly currency: string;
} {
  const shift = exponentShift(currency);
  const converted = shift >= 0 ? amount * 10 ** shift : amount / 10 ** -shift;
  if (!Number.isSafeInteger(converted)) {
    throw ValidationError.of(
      'amount',
      `cannot be charged: the provider counts ${currency} without these decimals`,
    );
  }
  return { amount: converted, currency: currency.toLowerCase() };
}

/** @param amount in the unit in which Stripe counts the currency */
export function fromStripeAmount(amount: number, stripeCurrency: string): Money {
  const currency = stripeCurrency.toUpperCase();
  const shift = exponentShift(currency);
  return money(shift >= 0 ? amount / 10 ** shift : amount * 10 ** -shift, currency);
}
