import type { MailTemplate, MailTemplates } from '../../../_kernel/mail/mail.js';
import type { Brand } from './layout.js';
import type { MailFacts } from './wording.js';

/** A length of time in the largest unit that says it exactly. */
function lasting(minutes: number, locale: string): string {
  const [count, unit] =
    minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

const days = (count: number, locale: string): string => lasting(count * 1440, locale);

const CHANGES = {
  CONFIRMED: { change: 'Confirmed', news: 'your appointment is confirmed' },
  MOVED: { change: 'Moved', news: 'your appointment has another time now' },
  CANCELLED: { change: 'Cancelled', news: 'your appointment is cancelled' },
} as const;

const roleWords = (role: string): string => role.toLowerCase().replaceAll('_', ' ');

type FactsOf = { readonly [Template in MailTemplate]: (values: MailTemplates[Template], locale: string) => MailFacts };

const FACTS: FactsOf = {
  EMAIL_VERIFICATION: ({ displayName, code, link, minutes }, locale) => ({
    placeholders: { displayName, duration: lasting(minutes, locale) },
    code,
    link,
  }),
  PASSWORD_RESET: ({ displayName, link, minutes }, locale) => ({
    placeholders: { displayName, duration: lasting(minutes, locale) },
    link,
  }),
  PASSWORD_CHANGED: ({ displayName }) => ({ placeholders: { displayName } }),
  SIGN_IN_LINK: ({ displayName, code, link, minutes }, locale) => ({
    placeholders: { displayName, duration: lasting(minutes, locale) },
    code,
    link,
  }),
  NEW_DEVICE: (placeholders) => ({ placeholders }),
  MEMBER_INVITATION: ({ inviterName, role, link, days: good }, locale) => ({
    placeholders: { inviterName, role: role.toLowerCase(), duration: days(good, locale) },
    link,
  }),
  ADMIN_WELCOME: ({ displayName, role, link, minutes }, locale) => ({
    placeholders: { displayName, role: roleWords(role), duration: lasting(minutes, locale) },
    link,
  }),
  TENANT_WELCOME: ({ displayName, link }) => ({ placeholders: { displayName }, link }),
  TRIAL_EXPIRY_WARNING: ({ daysLeft, link }, locale) => ({ placeholders: { timeLeft: days(daysLeft, locale) }, link }),
  TRIAL_EXPIRED: ({ link }) => ({ placeholders: {}, link }),
  TENANT_SUSPENDED: ({ reason }) => ({ placeholders: { reason } }),
  TENANT_REACTIVATED: ({ link }) => ({ placeholders: {}, link }),
  SUPPORT_TICKET_CONFIRMATION: (placeholders) => ({ placeholders }),
  BOOKING_INVITATION: ({ change, calendar, location, ...told }) => ({
    placeholders: { ...told, ...CHANGES[change], location: location ?? '' },
    calendar,
  }),
  PAYMENT_FAILED: ({ link, ...placeholders }) => ({ placeholders, link }),
  INVOICE: ({ link, ...placeholders }) => ({ placeholders, link }),
  NOTICE: (placeholders) => ({ placeholders }),
};

/** What a mail is told, in the words of a language. */
export function factsOf<Template extends MailTemplate>(
  template: Template,
  values: MailTemplates[Template],
  { brand, locale }: { readonly brand: Brand; readonly locale: string },
): MailFacts {
  const facts = FACTS[template](values, locale);
  return { ...facts, placeholders: { ...facts.placeholders, company: brand.name } };
}
