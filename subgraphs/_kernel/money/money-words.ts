import { currencyExponent } from './currency.js';
import type { Money } from './money.js';

/** An amount as people write it, such as `$80.00`. @param locale BCP 47 */
export function moneyInWords({ amount, currency }: Money, locale = 'en-US'): string {
  // The decimals of ISO 4217, in which the amount is meant; those that Intl would choose may be others.
  const digits = currencyExponent(currency);
  const format = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, format).format(amount / 10 ** digits);
}
