import { z } from 'zod';

const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol), 'must be an http or https URL')
  .transform((url) => url.replace(/\/+$/, ''));

/** `name+hash+key https://…`, several separated by commas. */
const witnesses = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean)
      .map((each) => each.split(/\s+/)),
  )
  .refine((all) => all.every((parts) => parts.length === 2), 'must be a verifier key and an address each, separated by a blank')
  .pipe(z.array(z.tuple([z.string(), httpUrl])))
  .transform((all) => all.map(([verifierKey, url]) => ({ verifierKey, url })));

/** How mails, messages and webhooks leave the platform. What is `undefined` is not used. */
export interface DeliveryVariables {
  /** OUTGOING_ALLOWED_HOSTS: names and addresses off the internet that webhooks may call, separated by commas. */
  readonly allowedHosts: readonly string[];
  /** RESEND_API_KEY, RESEND_FROM_EMAIL, RESEND_WEBHOOK_SECRET, RESEND_API_BASE: mails by Resend rather than by SMTP. */
  readonly resend: { readonly apiKey: string; readonly from: string; readonly apiBase: string | undefined; readonly webhookSecret: string | undefined } | undefined;
  /** TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM, TWILIO_API_BASE. */
  readonly sms: { readonly accountSid: string; readonly authToken: string; readonly from: string; readonly apiBase: string | undefined } | undefined;
  /** VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, VAPID_SUBJECT. */
  readonly push: { readonly publicKey: string; readonly privateKey: string; readonly subject: string } | undefined;
  /** AUDIT_WITNESSES: who co-signs the audit logs. */
  readonly witnesses: readonly { readonly verifierKey: string; readonly url: string }[];
  /** OPSSPINE_NOTIFY_MODE, OPSSPINE_ADMIN_EMAIL, OPSSPINE_WEBHOOK_URL: how those who run the platform hear of incidents. */
  readonly adminAlerts:
    | { readonly mode: 'webhook'; readonly url: string }
    | { readonly mode: 'email'; readonly address: string }
    | { readonly mode: 'log' }
    | undefined;
  /** PAGERDUTY_API_BASE. */
  readonly pagerDutyBase: string | undefined;
}

export const deliveryVariables = {
  OUTGOING_ALLOWED_HOSTS: z.string().optional(),
  RESEND_API_KEY: z.string().optional(),
  RESEND_FROM_EMAIL: z.email('must be an e-mail address').optional(),
  RESEND_WEBHOOK_SECRET: z.string().startsWith('whsec_', 'must be a secret that begins with whsec_').optional(),
  RESEND_API_BASE: httpUrl.optional(),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an international number such as +4930123456').optional(),
  TWILIO_API_BASE: httpUrl.optional(),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  VAPID_SUBJECT: z.string().regex(/^(?:mailto:|https:\/\/)/, 'must begin with mailto: or https://').optional(),
  AUDIT_WITNESSES: witnesses.optional(),
  OPSSPINE_NOTIFY_MODE: z.enum(['webhook', 'email', 'log'], 'must be one of webhook, email, log').optional(),
  OPSSPINE_ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
  OPSSPINE_WEBHOOK_URL: httpUrl.optional(),
  PAGERDUTY_API_BASE: httpUrl.optional(),
};

/** What each of them needs beside it. */
export const DELIVERY_PAIRS = [
  ['RESEND_API_KEY', 'RESEND_FROM_EMAIL'],
  ['RESEND_FROM_EMAIL', 'RESEND_API_KEY'],
  ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
  ['TWILIO_AUTH_TOKEN', 'TWILIO_FROM'],
  ['TWILIO_FROM', 'TWILIO_ACCOUNT_SID'],
  ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY'],
  ['VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'],
  ['VAPID_SUBJECT', 'VAPID_PUBLIC_KEY'],
] as const;

/** A mode of telling administrators that lacks whom to tell. */
export function adminAlertProblems(given: Readonly<Record<string, string | undefined>>): readonly { readonly variable: string; readonly problem: string }[] {
  const needed = { webhook: 'OPSSPINE_WEBHOOK_URL', email: 'OPSSPINE_ADMIN_EMAIL' } as const;
  return Object.entries(needed)
    .filter(([mode, variable]) => given['OPSSPINE_NOTIFY_MODE'] === mode && !given[variable])
    .map(([mode, variable]) => ({ variable, problem: `must be set because OPSSPINE_NOTIFY_MODE is ${mode}` }));
}

type Given = { readonly [Name in keyof typeof deliveryVariables]?: z.output<(typeof deliveryVariables)[Name]> | undefined };

function adminAlertsOf({ OPSSPINE_NOTIFY_MODE: mode, OPSSPINE_ADMIN_EMAIL: address, OPSSPINE_WEBHOOK_URL: url }: Given): DeliveryVariables['adminAlerts'] {
  if (mode === 'webhook') return url === undefined ? undefined : { mode, url };
  if (mode === 'email') return address === undefined ? undefined : { mode, address };
  return mode && { mode };
}

export function deliveryOf(given: Given): DeliveryVariables {
  const { RESEND_API_KEY, RESEND_FROM_EMAIL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = given;
  const { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, VAPID_SUBJECT } = given;
  return {
    allowedHosts: (given.OUTGOING_ALLOWED_HOSTS ?? '')
      .split(',')
      .map((host) => host.trim())
      .filter(Boolean),
    resend:
      RESEND_API_KEY && RESEND_FROM_EMAIL
        ? { apiKey: RESEND_API_KEY, from: RESEND_FROM_EMAIL, apiBase: given.RESEND_API_BASE, webhookSecret: given.RESEND_WEBHOOK_SECRET }
        : undefined,
    sms:
      TWILIO_ACCOUNT_SID && TWILIO_AUTH_TOKEN && TWILIO_FROM
        ? { accountSid: TWILIO_ACCOUNT_SID, authToken: TWILIO_AUTH_TOKEN, from: TWILIO_FROM, apiBase: given.TWILIO_API_BASE }
        : undefined,
    push:
      VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY && VAPID_SUBJECT
        ? { publicKey: VAPID_PUBLIC_KEY, privateKey: VAPID_PRIVATE_KEY, subject: VAPID_SUBJECT }
        : undefined,
    witnesses: given.AUDIT_WITNESSES ?? [],
    adminAlerts: adminAlertsOf(given),
    pagerDutyBase: given.PAGERDUTY_API_BASE,
  };
}
