import { CallFailedError, type Outgoing } from '../outgoing/outgoing.js';
import type { MailedCalendar } from '../../_kernel/mail/mail.js';
import { MailRefusedError, type MailTransport } from './mail-transport.js';

export interface ResendConfig {
  readonly apiKey: string;
  /** Address mails are sent from. */
  readonly from: string;
  /** A server that speaks Resend's protocol; Resend itself when undefined. */
  readonly apiBase?: string | undefined;
}

const TIMEOUT_MS = 20_000;

/** A name as it may stand before an address: quoted, without what would end the quotes or the line. */
const quoted = (name: string): string => `"${name.replace(/["\\\p{Cc}]/gu, ' ')}"`;

/** A calendar as an attachment whose type says what to do with it. */
const attached = (calendar: MailedCalendar | undefined) =>
  calendar
    ? {
        attachments: [
          {
            filename: 'invite.ics',
            content: Buffer.from(calendar.body).toString('base64'),
            content_type: `text/calendar; charset=utf-8; method=${calendar.method}`,
          },
        ],
      }
    : {};

const idIn = (text: string): string | null => /"id"\s*:\s*"([\w-]{1,64})"/.exec(text)?.[1] ?? null;

/** Mail by the HTTP API of Resend. A mail sent again under the same id within a day is one to it. */
export function createResendTransport(config: ResendConfig, outgoing: Pick<Outgoing, 'post'>): MailTransport {
  const { apiKey, from, apiBase = 'https://api.resend.com' } = config;
  return {
    async send({ id, to, fromName, subject, text, html, calendar }) {
      const body = JSON.stringify({ from: `${quoted(fromName)} <${from}>`, to: [to], subject, text, html, ...attached(calendar) });
      const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': id };
      try {
        const answer = await outgoing.post({ url: `${apiBase}/emails`, headers, body, timeoutMs: TIMEOUT_MS });
        if (answer.status >= 200 && answer.status < 300) return { providerId: idIn(answer.text) };
        // 401 and 403 are about the key: somebody will set it right, and the mail waits until then.
        const final = answer.status === 400 || answer.status === 422;
        throw new MailRefusedError(`Resend answered ${answer.status}: ${answer.text}`, final);
      } catch (error) {
        if (!(error instanceof CallFailedError)) throw error;
        throw new MailRefusedError(error.message, error.final, { cause: error });
      }
    },
    close: () => undefined,
  };
}
