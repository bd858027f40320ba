import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { wordingOf, type Wording } from './wording.js';

const IGNORE = 'Wenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun.';
const HELLO = 'Guten Tag {{displayName}},';

/** What mails say in German; of those whose facts come in English words there are none. */
export const SHIPPED_GERMAN: Readonly<Partial<Record<MailTemplate, Wording>>> = {
  EMAIL_VERIFICATION: wordingOf(
    'Bestätigen Sie Ihre E-Mail-Adresse für {{company}}',
    [HELLO, 'bestätigen Sie über den Link oder mit diesem Code, dass diese Adresse Ihnen gehört:'],
    { actionLabel: 'Adresse bestätigen', footnote: `Gültigkeit von Link und Code: {{duration}}. ${IGNORE}` },
  ),
  PASSWORD_RESET: wordingOf(
    'Neues Passwort für {{company}}',
    [HELLO, 'für diese Adresse wurde ein neues Passwort angefordert.'],
    { actionLabel: 'Neues Passwort wählen', footnote: `Der Link gilt einmal. Gültigkeit: {{duration}}. ${IGNORE}` },
  ),
  PASSWORD_CHANGED: wordingOf('Ihr Passwort für {{company}} wurde geändert', [
    HELLO,
    'Ihr Passwort wurde geändert, und alle Geräte wurden abgemeldet.',
    'Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an: Wer es war, kann Ihre Mails lesen.',
  ]),
  SIGN_IN_LINK: wordingOf('Anmeldung bei {{company}}', [HELLO, 'melden Sie sich über den Link oder mit diesem Code an:'], {
    actionLabel: 'Anmelden',
    footnote: `Link und Code gelten einmal. Gültigkeit: {{duration}}. Geben Sie sie nicht weiter. ${IGNORE}`,
  }),
  TENANT_WELCOME: wordingOf(
    '{{company}} ist bereit',
    [HELLO, '{{company}} hat jetzt einen eigenen Platz. Richten Sie ihn in fünf Schritten ein; Sie können jederzeit unterbrechen.'],
    { actionLabel: '{{company}} einrichten' },
  ),
  TRIAL_EXPIRY_WARNING: wordingOf(
    'Der Probezeitraum von {{company}} endet: noch {{timeLeft}}',
    [
      'Der Probezeitraum von {{company}} endet bald. Verbleibende Zeit: {{timeLeft}}.',
      'Danach kann alles gelesen, aber nichts geändert werden, bis ein Tarif gewählt ist. Es gehen keine Daten verloren.',
    ],
    { actionLabel: 'Tarif wählen' },
  ),
  TRIAL_EXPIRED: wordingOf(
    'Der Probezeitraum von {{company}} ist beendet',
    ['Der Probezeitraum von {{company}} ist beendet: Alles kann gelesen, nichts geändert werden. Es gehen keine Daten verloren.'],
    { actionLabel: 'Tarif wählen' },
  ),
  TENANT_REACTIVATED: wordingOf(
    '{{company}} ist wieder aktiv',
    ['{{company}} wurde wieder freigegeben. Alle können sich wieder anmelden.'],
    { actionLabel: 'Zu {{company}}' },
  ),
  SUPPORT_TICKET_CONFIRMATION: wordingOf(
    'Wir haben Ihre Anfrage {{number}} erhalten',
    [
      HELLO,
      'wir haben erhalten, was Sie geschrieben haben: {{subject}}',
      'Die Anfrage hat die Nummer {{number}}. Darunter finden Sie sie mit allem, was dazu gesagt wird.',
    ],
    { footnote: 'Sie erfahren es, sobald jemand antwortet.' },
  ),
};
