import { z } from 'zod';
import { newSigningSecret } from '../../_kernel/secrets/signing-secret.js';
import { lineSchema } from '../../_kernel/validation/text.js';
import type { IntegrationAddress } from '../../_kernel/wire/integration-address.js';

export const INTEGRATION_TYPES = ['CAPRICORN_EDI', 'STRIPE_PAYMENT', 'SLACK_NOTIFICATION', 'CUSTOM_WEBHOOK'] as const;
export type IntegrationType = (typeof INTEGRATION_TYPES)[number];

const SHOWN_CHARACTERS = 4;
/** Of a shorter secret, even its end would tell too much. */
const SHORTEST_SHOWN = 16;

const httpsUrl = z
  .url({ protocol: /^https$/, error: 'must be an address that begins with https://', abort: true })
  .max(2_000)
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must not hold a name or a password');

const key = (prefix: RegExp, like: string) => z.string().trim().max(255).regex(prefix, `must be a key such as ${like}`);

const SLACK_HOOK = /^https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]+$/;

/** What each kind of integration needs to know. */
const CREDENTIALS = {
  CAPRICORN_EDI: z.object({ endpoint: httpsUrl, username: lineSchema(100), password: z.string().min(1, 'must not be empty').max(200) }),
  STRIPE_PAYMENT: z.object({
    secretKey: key(/^(?:sk|rk)_(?:test|live)_\w{10,}$/, 'sk_live_…'),
    webhookSecret: key(/^whsec_\w{10,}$/, 'whsec_…'),
  }),
  SLACK_NOTIFICATION: z.object({ webhookUrl: z.string().max(500).regex(SLACK_HOOK, 'must be a webhook of hooks.slack.com') }),
  CUSTOM_WEBHOOK: z.object({ url: httpsUrl }),
} as const satisfies Record<IntegrationType, z.ZodType>;

/** Every kind with what it needs to know; exactly one of them is given. */
export const credentialsSchema = z
  .object({
    capricornEdi: CREDENTIALS.CAPRICORN_EDI.nullish(),
    stripePayment: CREDENTIALS.STRIPE_PAYMENT.nullish(),
    slackNotification: CREDENTIALS.SLACK_NOTIFICATION.nullish(),
    customWebhook: CREDENTIALS.CUSTOM_WEBHOOK.nullish(),
  })
  .refine((given) => Object.values(given).filter((one) => one != null).length === 1, 'must hold exactly one kind of integration')
  .transform(({ capricornEdi, stripePayment, slackNotification, customWebhook }): TypedCredentials => {
    if (capricornEdi) return { type: 'CAPRICORN_EDI', values: capricornEdi };
    if (stripePayment) return { type: 'STRIPE_PAYMENT', values: stripePayment };
    if (slackNotification) return { type: 'SLACK_NOTIFICATION', values: slackNotification };
    // The secret is ours: whoever receives our calls knows by it that they are.
    return { type: 'CUSTOM_WEBHOOK', values: { url: customWebhook?.url ?? '', signingSecret: newSigningSecret() } };
  });

export interface TypedCredentials {
  readonly type: IntegrationType;
  readonly values: Readonly<Record<string, string>>;
}

/** The kinds that are told what happens in the company. */
export const TOLD_TYPES = ['SLACK_NOTIFICATION', 'CUSTOM_WEBHOOK'] as const satisfies readonly IntegrationType[];

/** Where an integration is told what happens in the company; null for kinds that are not told. */
export function addressOf({ type, values }: TypedCredentials): IntegrationAddress | null {
  const { webhookUrl, url, signingSecret } = values;
  if (type === 'SLACK_NOTIFICATION' && webhookUrl !== undefined) return { url: webhookUrl };
  if (type === 'CUSTOM_WEBHOOK' && url !== undefined) return { url, signingSecret };
  return null;
}

export interface MaskedCredential {
  readonly name: string;
  readonly masked: string;
}

const mask = (value: string): string =>
  `••••${value.length >= SHORTEST_SHOWN ? value.slice(-SHOWN_CHARACTERS) : ''}`;

/** What is shown of credentials: which there are, and how the long ones end. */
export const masked = (values: Readonly<Record<string, string>>): readonly MaskedCredential[] =>
  Object.entries(values).map(([name, value]) => ({ name, masked: mask(value) }));

export const maskedSchema = z.array(z.object({ name: z.string(), masked: z.string() }));
export const valuesSchema = z.record(z.string(), z.string());
