import { z } from 'zod';
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

/** A share of a price in whole minor units; half a unit is rounded up. */
const shareOf = (amount: bigint, share: number): bigint => (amount * BigInt(share) + 50n) / 100n;

/** @param priceAmount minor units */
export const termsAtPrice = (service: ServiceTerms, priceAmount: bigint): BookingTerms => ({
  cancellationWindowMinutes: service.cancellationWindowMinutes,
  cancellationFeeAmount: shareOf(priceAmount, service.cancellationFeePercent),
  noShowFeeAmount: shareOf(priceAmount, service.noShowFeePercent),
  depositAmount: shareOf(priceAmount, service.depositPercent),
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
