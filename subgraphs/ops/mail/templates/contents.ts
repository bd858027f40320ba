import type { MailTemplate, MailTemplates } from '../../../_kernel/mail/mail.js';
import type { Brand, MailContent } from './layout.js';

const IGNORE = 'If you did not ask for this, you need not do anything.';

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** A length of time in the largest unit that says it exactly. */
function lasting(minutes: number): string {
  if (minutes % 1440 === 0) return plural(minutes / 1440, 'day');
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

const INVITATIONS = {
  CONFIRMED: { subject: 'Confirmed', sentence: 'your appointment is confirmed:' },
  MOVED: { subject: 'Moved', sentence: 'your appointment has another time now:' },
  CANCELLED: { subject: 'Cancelled', sentence: 'your appointment is cancelled:' },
} as const;

/** What each mail says. */
export const CONTENTS: {
  readonly [Template in MailTemplate]: (values: MailTemplates[Template], brand: Brand) => MailContent;
} = {
  EMAIL_VERIFICATION: ({ displayName, code, link, minutes }, { name }) => ({
    subject: `Confirm your e-mail address for ${name}`,
    paragraphs: [`Hello ${displayName},`, `confirm that this address is yours by the link, or by this code:`],
    code,
    action: { label: 'Confirm this address', link },
    footnote: `Link and code are good for ${lasting(minutes)}. ${IGNORE}`,
  }),
  PASSWORD_RESET: ({ displayName, link, minutes }, { name }) => ({
    subject: `Choose a new password for ${name}`,
    paragraphs: [`Hello ${displayName},`, 'somebody asked for a new password for this address.'],
    action: { label: 'Choose a new password', link },
    footnote: `The link is good once, for ${lasting(minutes)}. ${IGNORE}`,
  }),
  PASSWORD_CHANGED: ({ displayName }, { name }) => ({
    subject: `Your password for ${name} was changed`,
    paragraphs: [
      `Hello ${displayName},`,
      'your password was changed, and every device was signed out.',
      'If that was not you, ask for a new password at once: whoever did it can read your mail.',
    ],
  }),
  SIGN_IN_LINK: ({ displayName, code, link, minutes }, { name }) => ({
    subject: `Sign in to ${name}`,
    paragraphs: [`Hello ${displayName},`, 'sign in by the link, or by this code:'],
    code,
    action: { label: 'Sign in', link },
    footnote: `Link and code are good once, for ${lasting(minutes)}. Give them to nobody. ${IGNORE}`,
  }),
  NEW_DEVICE: ({ displayName, device, at }, { name }) => ({
    subject: `A new device signed in to ${name}`,
    paragraphs: [
      `Hello ${displayName},`,
      `a device that was not used before signed in as you: ${device}, ${at}.`,
      'If that was not you, change your password and end the session.',
    ],
  }),
  MEMBER_INVITATION: ({ inviterName, role, link, days }, { name }) => ({
    subject: `${inviterName} invites you to ${name}`,
    paragraphs: [`${inviterName} invites you to work in ${name} as ${role.toLowerCase()}.`],
    action: { label: 'Accept the invitation', link },
    footnote: `The invitation is good for ${plural(days, 'day')}. ${IGNORE}`,
  }),
  ADMIN_WELCOME: ({ displayName, role, link, minutes }, { name }) => ({
    subject: `Your account at ${name}`,
    paragraphs: [
      `Hello ${displayName},`,
      `an account of platform staff was made for you, as ${role.toLowerCase().replaceAll('_', ' ')}.`,
      'Choose a password to begin; nobody else knows it, and none is sent by mail.',
    ],
    action: { label: 'Choose a password', link },
    footnote: `The link is good once, for ${lasting(minutes)}.`,
  }),
  TENANT_WELCOME: ({ displayName, link }, { name }) => ({
    subject: `${name} is ready`,
    paragraphs: [`Hello ${displayName},`, `${name} has its own place now. Set it up in five steps; you can stop and go on at any time.`],
    action: { label: `Set ${name} up`, link },
  }),
  TRIAL_EXPIRY_WARNING: ({ daysLeft, link }, { name }) => ({
    subject: `${plural(daysLeft, 'day')} left of the trial of ${name}`,
    paragraphs: [
      `The trial of ${name} ends in ${plural(daysLeft, 'day')}.`,
      'After that everything can still be read, and nothing can be changed until a plan is chosen. No data is lost.',
    ],
    action: { label: 'Choose a plan', link },
  }),
  TRIAL_EXPIRED: ({ link }, { name }) => ({
    subject: `The trial of ${name} has ended`,
    paragraphs: [`The trial of ${name} has ended: everything can be read, nothing can be changed. No data is lost.`],
    action: { label: 'Choose a plan', link },
  }),
  TENANT_SUSPENDED: ({ reason }, { name }) => ({
    subject: `${name} is suspended`,
    paragraphs: [`${name} was suspended by the platform: ${reason}`, 'Nobody can sign in until it is reactivated. No data is lost. Answer this mail to talk about it.'],
  }),
  TENANT_REACTIVATED: ({ link }, { name }) => ({
    subject: `${name} is active again`,
    paragraphs: [`${name} was reactivated. Everybody can sign in again.`],
    action: { label: `Go to ${name}`, link },
  }),
  SUPPORT_TICKET_CONFIRMATION: ({ displayName, number, subject }) => ({
    subject: `We have your request ${number}`,
    paragraphs: [
      `Hello ${displayName},`,
      `we have got what you wrote: ${subject}`,
      `It has the number ${number}. By it you find it among your support tickets, with everything that is said about it.`,
    ],
    footnote: 'You are told as soon as somebody answers.',
  }),
  BOOKING_INVITATION: ({ displayName, change, what, when, reference, location, calendar }, { name }) => {
    const { subject, sentence } = INVITATIONS[change];
    return {
      subject: `${subject}: ${what}, ${when}`,
      paragraphs: [
        `Hello ${displayName},`,
        `${sentence} ${what}, ${when}, at ${name}.`,
        ...(location === null ? [] : [`Where: ${location}`]),
        `Your reference is ${reference}.`,
      ],
      footnote: 'What is attached keeps the appointment in your calendar as it is.',
      calendar,
    };
  },
  NOTICE: ({ displayName, title, body }, { name }) => ({
    subject: `${name}: ${title}`,
    paragraphs: [`Hello ${displayName},`, ...body.split(/\n+/).filter((line) => line.trim() !== '')],
  }),
};
