import { z } from 'zod';

/** From a turnover of the month on, what share of what goes beyond it. */
export interface Tier {
  /** Minor units. */
  readonly from: number;
  /** Hundredths of a percent: 1000 is 10 %. */
  readonly basisPoints: number;
}

export interface CommissionTerms {
  readonly currency: string;
  /** From zero on, rising. */
  readonly tiers: readonly Tier[];
}

/** Of a rule as it is kept, which the rule's own service has written. */
export const tiersOf = ({ tiers }: { readonly tiers: unknown }): readonly Tier[] => tiers as readonly Tier[];

interface Scope {
  readonly providerId: string | null;
  readonly serviceId: string | null;
}

/** One word for whom and what a rule is for. */
export const scopeOf = ({ providerId, serviceId }: Scope): string => `${providerId ?? '*'}/${serviceId ?? '*'}`;

/** The scopes of rules that fit, the most particular first: hers for that service, hers, the service's, everybody's. */
export const scopesFor = ({ providerId, serviceId }: Readonly<Record<'providerId' | 'serviceId', string>>): readonly string[] =>
  [
    { providerId, serviceId },
    { providerId, serviceId: null },
    { providerId: null, serviceId },
    { providerId: null, serviceId: null },
  ].map(scopeOf);

const tierSchema = z.object({
  from: z.int('must be a whole number of minor units').min(0, 'must not be negative'),
  basisPoints: z.int('must be a whole number').min(0, 'must be at least 0').max(10_000, 'must be at most 10000'),
});

export const tiersSchema = z
  .array(tierSchema)
  .min(1, 'must be at least 1')
  .max(20, 'must be at most 20')
  .refine((tiers) => tiers[0]?.from === 0, 'must begin at 0')
  .refine((tiers) => tiers.every(({ from }, at) => at === 0 || from > (tiers[at - 1]?.from ?? 0)), 'must rise');

/** The share of a whole turnover, every part of it at the rate of its tier; half a minor unit is rounded up. */
export function commissionOn(turnover: number, tiers: readonly Tier[]): number {
  const exact = tiers.reduce((sum, { from, basisPoints }, at) => {
    const to = Math.min(turnover, tiers[at + 1]?.from ?? Number.MAX_SAFE_INTEGER);
    return to <= from ? sum : sum + BigInt(to - from) * BigInt(basisPoints);
  }, 0n);
  return Number((exact + 5_000n) / 10_000n);
}

/**
 * What a booking adds to the commission of a month. What is rounded away once comes back with a later one, so the
 * commissions of a month always sum to the commission on its turnover.
 * @param before turnover of the month so far, in minor units
 */
export function commissionFor(
  terms: CommissionTerms,
  before: number,
  price: { readonly amount: number; readonly currency: string },
): number {
  // Tiers are sums of one currency; what is paid in another gets the first one's rate.
  const tiers = price.currency === terms.currency ? terms.tiers : terms.tiers.slice(0, 1);
  return commissionOn(before + price.amount, tiers) - commissionOn(before, tiers);
}

/** What of a commission is not earned when a part of its base went back to the client; half a minor unit rounded up. */
export function takenBackOf(commission: { readonly amount: number; readonly base: number }, returned: number): number {
  const base = BigInt(commission.base);
  const share = BigInt(Math.min(returned, commission.base));
  return Number((BigInt(commission.amount) * share * 2n + base) / (2n * base));
}

export const monthSchema = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'must be a month such as 2027-01');
