import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { renderMail } from './render.js';
import { SAMPLES } from './samples.js';
import { SHIPPED_LOCALE, shippedWording } from './shipped.js';
import type { Brand } from './layout.js';

/** Beside this file, one HTML document for each. */
export const GOLDEN_FOLDER = new URL('golden/', import.meta.url);

/** The mails whose every byte is kept: what people outside judge the platform by. */
const KEPT = [
  'ADMIN_WELCOME',
  'TENANT_WELCOME',
  'PASSWORD_RESET',
  'TRIAL_EXPIRY_WARNING',
  'PAYMENT_FAILED',
  'SUPPORT_TICKET_CONFIRMATION',
  'TENANT_SUSPENDED',
  'INVOICE',
] as const satisfies readonly MailTemplate[];

const BRAND: Brand = {
  name: 'Acme',
  accentColor: '#2f6f4f',
  logoUrl: 'https://acme.example/logo.png',
  supportEmail: 'help@acme.example',
  links: [{ label: 'Terms', url: 'https://acme.example/terms' }],
};

export interface GoldenMail {
  /** Name of its file in the folder. */
  readonly file: string;
  readonly html: string;
}

/** Those mails as they are rendered now, in English, of the samples, in the name of a company that says all it can of itself. */
export const goldenMails = (): readonly GoldenMail[] =>
  KEPT.map((template) => ({
    file: `${template.toLowerCase().replaceAll('_', '-')}.html`,
    html: renderMail({ template, values: SAMPLES[template] }, BRAND, shippedWording(template, SHIPPED_LOCALE)).html,
  }));
