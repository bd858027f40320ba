import { ValidationError } from '../errors/domain-error.js';

/**
 * ISO 4217 exponents that are not 2. A table of our own, because `Intl` follows CLDR, which differs from ISO 4217
 * (0 for HUF) and changes between runtimes: a stored integer would silently change its worth.
 */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Whether this is an ISO 4217 code, in upper case. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/**
 * How many decimals the currency's minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
 * @throws {ValidationError} on `currency` when it is not an ISO 4217 code in upper case
 */
export function currencyExponent(currency: string): number {
  if (!isCurrency(currency)) throw ValidationError.of('currency', 'is not an ISO 4217 currency code');
  return EXPONENTS[currency] ?? 2;
}
