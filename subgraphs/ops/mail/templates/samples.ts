import type { MailTemplate, MailTemplates } from '../../../_kernel/mail/mail.js';
import { factsOf } from './facts.js';

const LINK = 'https://example.com/sample';

/** What mails are told that are only looked at. */
export const SAMPLES: MailTemplates = {
  EMAIL_VERIFICATION: { displayName: 'Ines Vidal', code: '204801', link: LINK, minutes: 1440 },
  PASSWORD_RESET: { displayName: 'Ines Vidal', link: LINK, minutes: 60 },
  PASSWORD_CHANGED: { displayName: 'Ines Vidal' },
  SIGN_IN_LINK: { displayName: 'Ines Vidal', code: '204801', link: LINK, minutes: 10 },
  NEW_DEVICE: { displayName: 'Ines Vidal', device: 'Firefox on Linux', at: '2 May 2027, 10:00 UTC' },
  MEMBER_INVITATION: { inviterName: 'Marta Reis', role: 'STAFF', link: LINK, days: 7 },
  ADMIN_WELCOME: { displayName: 'Ines Vidal', role: 'SUPPORT', link: LINK, minutes: 60 },
  TENANT_WELCOME: { displayName: 'Ines Vidal', link: LINK },
  TRIAL_EXPIRY_WARNING: { daysLeft: 3, link: LINK },
  TRIAL_EXPIRED: { link: LINK },
  TENANT_SUSPENDED: { reason: 'unpaid bills' },
  TENANT_REACTIVATED: { link: LINK },
  SUPPORT_TICKET_CONFIRMATION: { displayName: 'Ines Vidal', number: 'TKT-20270502-7KQ2MX', subject: 'It does not print' },
  BOOKING_INVITATION: {
    displayName: 'Nora Lind',
    change: 'CONFIRMED',
    what: 'Massage with Ana',
    when: 'Sunday, January 31, 2027 at 9:00 AM (America/New_York)',
    reference: 'BK-20270131-402913',
    location: null,
    calendar: { method: 'REQUEST', body: 'BEGIN:VCALENDAR' },
  },
  PAYMENT_FAILED: { displayName: 'Nora Lind', amount: '$80.00', what: 'Massage with Ana', link: LINK },
  INVOICE: {
    displayName: 'Nora Lind',
    number: 'RC-20270502-7KQ2MX',
    amount: '$80.00',
    what: 'Massage with Ana',
    day: 'May 2, 2027',
    link: LINK,
  },
  NOTICE: { displayName: 'Nora Lind', title: 'A new customer', body: 'Say hello.\nSoon.' },
};

/** Every mail there is. */
export const MAIL_TEMPLATES = Object.keys(SAMPLES) as readonly MailTemplate[];

const sampleFacts = (template: MailTemplate) => factsOf(template, SAMPLES[template], { brand: { name: '', accentColor: '' }, locale: 'en' });

/** The placeholders that the words of a mail may have, in alphabetic order. */
export const placeholdersOf = (template: MailTemplate): readonly string[] => Object.keys(sampleFacts(template).placeholders).sort();

/** Whether a mail brings a link, which has its own place and cannot be left out. */
export const hasLink = (template: MailTemplate): boolean => sampleFacts(template).link !== undefined;

/** Without these a mail does not say what it is sent for. */
export const REQUIRED_PLACEHOLDERS: Readonly<Record<MailTemplate, readonly string[]>> = {
  EMAIL_VERIFICATION: ['duration'],
  PASSWORD_RESET: ['duration'],
  PASSWORD_CHANGED: [],
  SIGN_IN_LINK: ['duration'],
  NEW_DEVICE: ['device', 'at'],
  MEMBER_INVITATION: ['inviterName', 'duration'],
  ADMIN_WELCOME: ['role', 'duration'],
  TENANT_WELCOME: [],
  TRIAL_EXPIRY_WARNING: ['timeLeft'],
  TRIAL_EXPIRED: [],
  TENANT_SUSPENDED: ['reason'],
  TENANT_REACTIVATED: [],
  SUPPORT_TICKET_CONFIRMATION: ['number'],
  BOOKING_INVITATION: ['change', 'what', 'when', 'reference'],
  PAYMENT_FAILED: ['amount', 'what'],
  INVOICE: ['number', 'amount', 'what'],
  NOTICE: ['title', 'body'],
};
