import { z } from 'zod';

export const CONSENT_PURPOSES = ['TERMS', 'PRIVACY', 'MARKETING_EMAIL', 'MARKETING_SMS', 'ANALYTICS', 'DATA_SALE'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** Which wording somebody was shown. */
export const consentSchema = z.object({
  textVersion: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, dashes or underscores, such as 2026-11'),
});
