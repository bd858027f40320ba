import { z } from 'zod';
import { currencyExponent } from '../../_kernel/money/currency.js';
import { MINUTE_MS } from '../availability/zone-calendar.js';

/** What a service asks of those who cancel late, stay away, or book at all; percent of the price. */
export interface ServiceTerms {
  readonly cancellationWindowMinutes: number;
  readonly cancellationFeePercent: number;
  readonly noShowFeePercent: number;
  readonly depositPercent: number;
}

/** The same for one booking, as it was when that was made; minor units of the price's currency. */
export interface BookingTerms {
  readonly cancellationWindowMinutes: number;
  readonly cancellationFeeAmount: bigint;
  readonly noShowFeeAmount: bigint;
  readonly depositAmount: bigint;
}

const percent = z.int().min(0, 'must be at least 0').max(100, 'must be at most 100');

export const termsSchema = z.object({
  cancellationWindowMinutes: z.int().min(0, 'must be at least 0').max(525_600, 'must be at most 525600'),
  cancellationFeePercent: percent,
  noShowFeePercent: percent,
  depositPercent: percent,
});

/** The smallest sum that can be charged by card: networks leave the third decimal of a currency at zero. */
const smallestCharge = (currency: string): bigint => (currencyExponent(currency) === 3 ? 10n : 1n);

/** A share of a price in sums that can be charged; half of the smallest is rounded up, but never beyond the price. */
function shareOf(amount: bigint, share: number, currency: string): bigint {
  const unit = smallestCharge(currency);
  const rounded = ((amount * BigInt(share) + 50n * unit) / (100n * unit)) * unit;
  return rounded > amount ? amount : rounded;
}

/** @param priceAmount minor units of the currency */
export const termsAtPrice = (service: ServiceTerms, priceAmount: bigint, currency: string): BookingTerms => ({
  cancellationWindowMinutes: service.cancellationWindowMinutes,
  cancellationFeeAmount: shareOf(priceAmount, service.cancellationFeePercent, currency),
  noShowFeeAmount: shareOf(priceAmount, service.noShowFeePercent, currency),
  depositAmount: shareOf(priceAmount, service.depositPercent, currency),
});

/** Until when cancelling costs nothing. */
export const freeUntil = (booking: Pick<BookingTerms, 'cancellationWindowMinutes'> & { readonly startsAt: Date }): Date =>
  new Date(booking.startsAt.getTime() - booking.cancellationWindowMinutes * MINUTE_MS);

/** What a cancellation costs the client. The company's own cost her nothing, nor do those of what nobody paid for. */
export function cancellationFee(
  booking: BookingTerms & { readonly startsAt: Date; readonly status: string },
  now: Date,
  by: 'client' | 'staff',
): bigint {
  const isLate = now > freeUntil(booking);
  return by === 'client' && booking.status === 'CONFIRMED' && isLate ? booking.cancellationFeeAmount : 0n;
}
