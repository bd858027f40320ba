import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { readBody } from '../../../../subgraphs/_kernel/http/read-body.js';
import { createMessages, type Message } from './messages.js';
import { listPage, messagePage, sendHtml, sendJson } from './pages.js';

/** How the next mails are to be treated. */
export type Disturbance =
  /** A reply with this status: 4xx to be tried again, 5xx for good. */
  | { readonly kind: 'reply'; readonly status: number; readonly message: string }
  /** The connection is cut when the mail has been sent but not answered: nobody can know whether it arrived. */
  | { readonly kind: 'cut after'; readonly keep: boolean };

/**
 * Mail's and telephones' counterpart on this machine: a real SMTP server that keeps what it gets, the one call of
 * Twilio's by which messages are sent, and pages to read both.
 */
export interface Mailbox {
  /** `smtp://…` for the platform. */
  readonly smtpUrl: string;
  /** Where people read, and SMS are sent to. */
  readonly url: string;
  /** Newest first. */
  messages(recipient?: string): readonly Message[];
  /** Treats the next mails, one each, in this order. */
  disturb(...next: readonly Disturbance[]): void;
  stop(): Promise<void>;
}

const LARGEST_MAIL_BYTES = 5_000_000;
const LARGEST_SMS_BYTES = 16_000;

/** Where Twilio takes messages. */
const SMS_PATH = /^\/2010-04-01\/Accounts\/\w+\/Messages\.json$/;

/** Names by which only this machine calls it: another's page that has its name point here reads nothing. */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/;

interface Listening {
  listen(port: number, host: string, done: () => void): unknown;
  once(event: 'error', fail: (error: Error) => void): unknown;
}

const listen = (server: Listening, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

/** @param ports 0 lets the system choose */
export async function startMailbox(
  ports: { readonly smtp: number; readonly http: number } = { smtp: 0, http: 0 },
  now: () => Date = () => new Date(),
): Promise<Mailbox> {
  const messages = createMessages(now);
  const disturbances: Disturbance[] = [];

  const smtp = new SMTPServer({
    // Only this machine reaches it: there is nothing to authenticate and no certificate to show.
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST_MAIL_BYTES,
    closeTimeout: 500,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        const disturbance = disturbances.shift();
        const keep = (): Promise<void> => messages.add(Buffer.concat(chunks), recipients);
        if (disturbance?.kind === 'reply') {
          callback(Object.assign(new Error(disturbance.message), { responseCode: disturbance.status }));
        } else if (disturbance) {
          void (disturbance.keep ? keep() : Promise.resolve()).then(() => {
            for (const connection of smtp.connections) connection.close();
          });
        } else {
          keep().then(() => callback(), callback);
        }
      });
    },
  });
  smtp.on('error', () => undefined);

  const takeSms = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams((await readBody(request, LARGEST_SMS_BYTES)).toString('utf8'));
    const [from, to, text] = ['From', 'To', 'Body'].map((name) => form.get(name));
    if (!from || !to || !text) sendJson(response, 400, { code: 21604, message: 'To, From and Body have to be there' });
    else sendJson(response, 201, { sid: `SM${messages.addSms({ from, to, text })}`, status: 'queued' });
  };
  const show = (response: ServerResponse, pathname: string, recipient: string | undefined): void => {
    const [, kind, id = ''] = pathname.split('/');
    const message = kind === 'messages' ? messages.find(id) : undefined;
    if (pathname === '/') sendHtml(response, 200, listPage(messages.list(recipient)));
    else if (pathname === '/messages') sendJson(response, 200, messages.list(recipient));
    else if (message) sendHtml(response, 200, messagePage(message));
    else sendJson(response, 404, { error: 'There is nothing here' });
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://mailbox');
    if (!OWN_HOST.test(request.headers.host ?? '')) sendJson(response, 403, { error: 'Ask for this machine by name' });
    else if (request.method === 'POST' && SMS_PATH.test(pathname)) void takeSms(request, response).catch(() => response.destroy());
    else if (request.method === 'GET') show(response, pathname, searchParams.get('to') ?? undefined);
    else sendJson(response, 404, { error: 'There is nothing here' });
  };
  const http: Server = createServer(serve);

  await listen(smtp, ports.smtp);
  await listen(http, ports.http);
  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    messages: (to) => messages.list(to),
    disturb: (...next) => void disturbances.push(...next),
    async stop() {
      http.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => http.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}
