import { invalidRequest } from './api-error.js';

/**
 * Smallest chargeable amounts in the currency's smallest unit, as Stripe documents them. Elsewhere Stripe converts to
 * the settlement currency's minimum; without exchange rates one unit has to do.
 */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

const THREE_DECIMALS: ReadonlySet<string> = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);
const WHOLE_UNITS_ONLY: ReadonlySet<string> = new Set(['isk', 'ugx']);

const LARGEST = 99_999_999;

const CURRENCIES: ReadonlySet<string> = new Set(
  Intl.supportedValuesOf('currency').map((currency) => currency.toLowerCase()),
);

/** @throws {ApiError} when it is not a currency; upper case is accepted, as Stripe does */
export function chargeableCurrency(code: string): string {
  const currency = code.toLowerCase();
  if (!CURRENCIES.has(currency)) throw invalidRequest(`Invalid currency: ${code}`, { param: 'currency' });
  return currency;
}

/** @throws {ApiError} when the currency cannot be charged by this amount */
export function assertChargeable(amount: number, currency: string): void {
  const minimum = MINIMUM[currency] ?? 1;
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  if (amount < minimum) {
    throw invalidRequest(`Amount must be at least ${minimum} ${currency}`, {
      code: 'amount_too_small',
      param: 'amount',
    });
  }
  if (amount > LARGEST) {
    throw invalidRequest(`Amount must be no more than ${LARGEST} ${currency}`, {
      code: 'amount_too_large',
      param: 'amount',
    });
  }
  const step = THREE_DECIMALS.has(currency) ? 10 : WHOLE_UNITS_ONLY.has(currency) ? 100 : 1;
  if (amount % step !== 0) {
    throw invalidRequest(`Amounts in ${currency} must be divisible by ${step}`, { param: 'amount' });
  }
}
