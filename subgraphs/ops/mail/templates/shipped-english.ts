import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { wordingOf, type Wording } from './wording.js';

const IGNORE = 'If you did not ask for this, you need not do anything.';
const HELLO = 'Hello {{displayName}},';

/** What each mail says in English. */
export const SHIPPED_ENGLISH: Readonly<Record<MailTemplate, Wording>> = {
  EMAIL_VERIFICATION: wordingOf(
    'Confirm your e-mail address for {{company}}',
    [HELLO, 'confirm that this address is yours by the link, or by this code:'],
    { actionLabel: 'Confirm this address', footnote: `Link and code are good for {{duration}}. ${IGNORE}` },
  ),
  PASSWORD_RESET: wordingOf(
    'Choose a new password for {{company}}',
    [HELLO, 'somebody asked for a new password for this address.'],
    { actionLabel: 'Choose a new password', footnote: `The link is good once, for {{duration}}. ${IGNORE}` },
  ),
  PASSWORD_CHANGED: wordingOf('Your password for {{company}} was changed', [
    HELLO,
    'your password was changed, and every device was signed out.',
    'If that was not you, ask for a new password at once: whoever did it can read your mail.',
  ]),
  SIGN_IN_LINK: wordingOf('Sign in to {{company}}', [HELLO, 'sign in by the link, or by this code:'], {
    actionLabel: 'Sign in',
    footnote: `Link and code are good once, for {{duration}}. Give them to nobody. ${IGNORE}`,
  }),
  NEW_DEVICE: wordingOf('A new device signed in to {{company}}', [
    HELLO,
    'a device that was not used before signed in as you: {{device}}, {{at}}.',
    'If that was not you, change your password and end the session.',
  ]),
  MEMBER_INVITATION: wordingOf(
    '{{inviterName}} invites you to {{company}}',
    ['{{inviterName}} invites you to work in {{company}} as {{role}}.'],
    { actionLabel: 'Accept the invitation', footnote: `The invitation is good for {{duration}}. ${IGNORE}` },
  ),
  ADMIN_WELCOME: wordingOf(
    'Your account at {{company}}',
    [
      HELLO,
      'an account of platform staff was made for you, as {{role}}.',
      'Choose a password to begin; nobody else knows it, and none is sent by mail.',
    ],
    { actionLabel: 'Choose a password', footnote: 'The link is good once, for {{duration}}.' },
  ),
  TENANT_WELCOME: wordingOf(
    '{{company}} is ready',
    [HELLO, '{{company}} has its own place now. Set it up in five steps; you can stop and go on at any time.'],
    { actionLabel: 'Set {{company}} up' },
  ),
  TRIAL_EXPIRY_WARNING: wordingOf(
    '{{timeLeft}} left of the trial of {{company}}',
    [
      'The trial of {{company}} ends in {{timeLeft}}.',
      'After that everything can still be read, and nothing can be changed until a plan is chosen. No data is lost.',
    ],
    { actionLabel: 'Choose a plan' },
  ),
  TRIAL_EXPIRED: wordingOf(
    'The trial of {{company}} has ended',
    ['The trial of {{company}} has ended: everything can be read, nothing can be changed. No data is lost.'],
    { actionLabel: 'Choose a plan' },
  ),
  TENANT_SUSPENDED: wordingOf('{{company}} is suspended', [
    '{{company}} was suspended by the platform: {{reason}}',
    'Nobody can sign in until it is reactivated. No data is lost. Answer this mail to talk about it.',
  ]),
  TENANT_REACTIVATED: wordingOf('{{company}} is active again', ['{{company}} was reactivated. Everybody can sign in again.'], {
    actionLabel: 'Go to {{company}}',
  }),
  SUPPORT_TICKET_CONFIRMATION: wordingOf(
    'We have your request {{number}}',
    [
      HELLO,
      'we have got what you wrote: {{subject}}',
      'It has the number {{number}}. By it you find it among your support tickets, with everything that is said about it.',
    ],
    { footnote: 'You are told as soon as somebody answers.' },
  ),
  BOOKING_INVITATION: wordingOf(
    '{{change}}: {{what}}, {{when}}',
    [HELLO, '{{news}}: {{what}}, {{when}}, at {{company}}.', 'Where: {{location}}', 'Your reference is {{reference}}.'],
    { footnote: 'What is attached keeps the appointment in your calendar as it is.' },
  ),
  PAYMENT_FAILED: wordingOf(
    'Your payment to {{company}} did not go through',
    [HELLO, 'your payment of {{amount}} for {{what}} did not go through, and no money was taken.', 'The link shows what is due at the moment. There you can pay again at once, with another card if need be, without signing in.'],
    { actionLabel: 'See what is due' },
  ),
  INVOICE: wordingOf(
    'Receipt {{number}} of {{company}}: {{amount}}',
    [HELLO, 'thank you: {{company}} has received {{amount}} for {{what}} on {{day}}.', 'The receipt has the number {{number}}.'],
    { actionLabel: 'Open the receipt' },
  ),
  NOTICE: wordingOf('{{company}}: {{title}}', [HELLO, '{{body}}']),
};
