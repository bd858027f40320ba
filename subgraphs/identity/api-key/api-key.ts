import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';
import { permissionsSchema } from '../service-account/service-account.js';

/** Requests an hour unless it is said otherwise. */
export const DEFAULT_HOURLY_LIMIT = 1_000;
const HIGHEST_HOURLY_LIMIT = 1_000_000;

/** Hours for which a key that is replaced goes on counting, so that its program can be told the new one. */
export const ROTATION_OVERLAP_HOURS = 24;

export const apiKeyNameSchema = z.object({ name: lineSchema(80) });

export const newApiKeySchema = apiKeyNameSchema.extend({
  permissions: permissionsSchema.min(1, 'must name at least one permission'),
  hourlyLimit: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(HIGHEST_HOURLY_LIMIT, `must be at most ${HIGHEST_HOURLY_LIMIT}`),
  registeredClient: lineSchema(80).nullable(),
  expiresAt: z.date().nullable(),
});

export const API_KEY_STATUSES = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

export function statusOfKey(
  { revokedAt, expiresAt }: { readonly revokedAt: Date | null; readonly expiresAt: Date | null },
  now: Date,
): ApiKeyStatus {
  if (revokedAt) return 'REVOKED';
  return expiresAt !== null && expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}
