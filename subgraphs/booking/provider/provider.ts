import { z } from 'zod';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';

export const PROVIDER_TYPES = ['PANDIT', 'VENDOR', 'PARTNER', 'ASTROLOGER', 'TUTOR'] as const;
export type ProviderType = (typeof PROVIDER_TYPES)[number];

export const PROVIDER_STATUSES = ['ACTIVE', 'INACTIVE'] as const;
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number];

export const newProviderSchema = z.object({
  name: lineSchema(120),
  type: z.enum(PROVIDER_TYPES),
  bio: textSchema(2_000).nullish(),
  timeZone: timeZoneSchema.nullish(),
  status: z.enum(PROVIDER_STATUSES).nullish(),
  awaitsApproval: z.boolean().nullish(),
});

/** What a search looks for: every word as the beginning of one. Null when there is no word in it. */
export function prefixQuery(search: string): string | null {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? null : words.slice(0, 10).map((word) => `${word}:*`).join(' & ');
}
