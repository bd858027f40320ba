import { createTransport } from 'nodemailer';
import { MailRefusedError, type MailTransport } from './mail-transport.js';

const TIMEOUT_MS = 20_000;
const CONNECTIONS = 5;

/** A reply of 5xx is about the mail; what comes without a reply, or with 4xx, may pass. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' && error.responseCode >= 500;

/**
 * Mail by SMTP.
 * @param url `smtp://user:password@host:port`, or `smtps://` for TLS from the start
 * @param from the address of the sender
 */
export function createSmtpTransport(url: string, from: string): MailTransport {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const server = new URL(url);
  const connect = () =>
    createTransport({
      pool: true,
      maxConnections: CONNECTIONS,
      host: server.hostname,
      port: Number(server.port || (server.protocol === 'smtps:' ? 465 : 587)),
      secure: server.protocol === 'smtps:',
      ...(server.username
        ? { auth: { user: decodeURIComponent(server.username), pass: decodeURIComponent(server.password) } }
        : {}),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // A mail is text that we made: nothing in it is ever read from a file or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  let transport: ReturnType<typeof connect> | null = null;
  return {
    async send({ id, to, fromName, subject, text, html, calendar }) {
      try {
        transport ??= connect();
        await transport.sendMail({
          messageId: `<${id}@${domain}>`,
          from: { name: fromName, address: from },
          // An object rather than a string: a comma in an address makes no second recipient.
          to: { name: '', address: to },
          subject,
          text,
          html,
          ...(calendar ? { icalEvent: { method: calendar.method, filename: 'invite.ics', content: calendar.body } } : {}),
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { providerId: null };
      } catch (error) {
        throw new MailRefusedError(error instanceof Error ? error.message : String(error), isFinal(error), { cause: error });
      }
    },
    close() {
      transport?.close();
      transport = null;
    },
  };
}
