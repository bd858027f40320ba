/**
 * ISO 4217 exponents that are not 2. A table of our own, because `Intl` follows CLDR, which differs from
 * ISO 4217 and changes between runtimes: the same price would earn other points.
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

/**
 * How many whole major units an amount holds: 12 of 1299 US cents, 1299 of 1299 yen, 1 of 1299 fils.
 * @param amount minor units, not negative
 * @param currency ISO 4217
 */
export function wholeMajorUnits(amount: number, currency: string): number {
  const unit = 10 ** (EXPONENTS[currency] ?? 2);
  // The remainder first: a quotient of large integers may be rounded up.
  return (amount - (amount % unit)) / unit;
}
