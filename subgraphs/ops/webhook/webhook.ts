import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { signingKeyOf } from '../../_kernel/secrets/signing-secret.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { WEBHOOK_EVENT_TYPES } from './webhook-catalogue.js';

/** PAUSED by the company, DISABLED by the platform after too many failures. */
export const WEBHOOK_STATUSES = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const WEBHOOK_DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

/** Addresses a company may have. */
export const MOST_WEBHOOKS = 20;

/** Until an address must have answered, in milliseconds. */
export const ANSWER_WITHIN_MS = 15_000;

const DAY_MS = 86_400_000;
/** How long a secret that was replaced still signs, in hours. */
const OVERLAP_HOURS = { least: 0, usual: 24, most: 7 * 24 } as const;

/** An address is given up when nothing but failures has come of it for that long, and that often. */
const GIVEN_UP_AFTER = { failures: 20, milliseconds: 3 * DAY_MS } as const;

const eventTypes = z
  .array(z.enum(WEBHOOK_EVENT_TYPES, 'must be types of webhookEventTypes'))
  .transform((types) => [...new Set(types)]);

export const registrationSchema = z.object({
  url: z.string().trim(),
  eventTypes: eventTypes.nullish().transform((types) => types ?? []),
  description: textSchema(200).nullish().transform((text) => text ?? ''),
});

export const changeSchema = z.object({
  url: z.string().trim().nullish(),
  eventTypes: eventTypes.nullish(),
  description: textSchema(200).nullish(),
  isActive: z.boolean().nullish(),
});

export const overlapSchema = z.object({
  overlapHours: z
    .number()
    .int('must be a whole number')
    .min(OVERLAP_HOURS.least, 'must not be negative')
    .max(OVERLAP_HOURS.most, `must be at most ${OVERLAP_HOURS.most}`)
    .nullish()
    .transform((hours) => hours ?? OVERLAP_HOURS.usual),
});

/**
 * The headers by which a receiver knows that a call is ours and new, by Standard Webhooks: one signature for each
 * secret that still counts.
 * @param id the same at every attempt
 */
export function signedHeaders(of: {
  readonly id: string;
  readonly at: Date;
  readonly body: string;
  readonly secrets: readonly string[];
}): Readonly<Record<string, string>> {
  const { id, at, body, secrets } = of;
  const timestamp = Math.floor(at.getTime() / 1_000).toString();
  const signatures = secrets.map((secret) => {
    return `v1,${createHmac('sha256', signingKeyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** What a message is called towards receivers. */
export const messageName = (messageId: string): string => `msg_${messageId.replaceAll('-', '')}`;

export type Verdict = { readonly is: 'TAKEN' } | { readonly is: 'REFUSED'; readonly failure: string; readonly gone: boolean };

/** What an answer means. Redirects are refusals: a message goes where the company has said, and nowhere else. */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return { is: 'TAKEN' };
  return { is: 'REFUSED', failure: `The address answered ${status}`, gone: status === 410 };
}

/** Whether an address that has failed is called no more. */
export const isGivenUp = (failing: { readonly failures: number; readonly since: Date }, now: Date): boolean =>
  failing.failures >= GIVEN_UP_AFTER.failures && now.getTime() - failing.since.getTime() >= GIVEN_UP_AFTER.milliseconds;
