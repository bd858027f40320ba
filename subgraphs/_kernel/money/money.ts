/** An amount of money: a whole number of the currency's smallest unit. May be negative. */
export interface Money {
  readonly amount: number;
  /** ISO 4217 code, upper case. */
  readonly currency: string;
}
