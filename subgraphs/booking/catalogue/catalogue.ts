import { z } from 'zod';
import type { Money } from '../../_kernel/money/money.js';
import { stayTermsSchema } from '../stay/stay.js';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import { intermissionSchema } from './intermission.js';

export const SERVICE_STATUSES = ['ACTIVE', 'INACTIVE'] as const;
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

const minutes = (least: number, most: number) =>
  z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);

export const priceAmountSchema = z.int('must be a whole number of minor units').min(0, 'must not be negative');

export const newServiceSchema = z.object({
  name: lineSchema(120),
  description: textSchema(2_000).nullish(),
  durationMinutes: minutes(1, 1_440),
  bufferBeforeMinutes: minutes(0, 1_440).nullish(),
  bufferAfterMinutes: minutes(0, 1_440).nullish(),
  capacity: minutes(1, 1_000).nullish(),
  slotStepMinutes: minutes(5, 1_440).nullish(),
  noticeMinutes: minutes(0, 525_600).nullish(),
  horizonDays: minutes(1, 1_095).nullish(),
  priceAmount: priceAmountSchema,
  stay: stayTermsSchema.nullish(),
  intermission: intermissionSchema.nullish(),
  status: z.enum(SERVICE_STATUSES).nullish(),
});

interface Priced {
  readonly priceAmount: bigint;
  readonly priceCurrency: string;
}

/** What a service or a booking costs. Amounts are checked on their way in, so they are exact as numbers. */
export const priceOf = ({ priceAmount, priceCurrency }: Priced): Money => ({
  amount: Number(priceAmount),
  currency: priceCurrency,
});

/** What a service costs with a provider: her own price, or else the service's. */
export const offeredPrice = (service: Priced, offering: { readonly priceAmount: bigint | null }): Money =>
  priceOf({ priceAmount: offering.priceAmount ?? service.priceAmount, priceCurrency: service.priceCurrency });
