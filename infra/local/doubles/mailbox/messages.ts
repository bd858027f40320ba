import { simpleParser, type Attachment } from 'mailparser';

/** A mail as it came in, or a message to a telephone: then the addresses are numbers. */
export interface Message {
  readonly id: string;
  readonly messageId: string | null;
  readonly receivedAt: string;
  readonly from: string;
  /** The envelope's recipients, in lower case: what counts, whatever the header says. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What a calendar program would take over, with its method; null when there is none. */
  readonly calendar: { readonly method: string | null; readonly body: string } | null;
}

export interface Messages {
  add(raw: Buffer, recipients: readonly string[]): Promise<void>;
  /** A message to a telephone. @returns its id */
  addSms(sms: { readonly from: string; readonly to: string; readonly text: string }): string;
  /** Newest first. */
  list(recipient?: string): readonly Message[];
  find(id: string): Message | undefined;
  clear(): void;
}

/** More are forgotten from the oldest on. */
const KEPT = 1_000;

function calendarIn(attachments: readonly Attachment[]): Message['calendar'] {
  const part = attachments.find(({ contentType }) => contentType === 'text/calendar');
  if (!part) return null;
  const type = part.headers.get('content-type');
  const parameters = typeof type === 'object' && 'params' in type ? type.params : {};
  return { method: parameters['method'] ?? null, body: part.content.toString('utf8') };
}

export function createMessages(now: () => Date): Messages {
  let kept: Message[] = [];
  let count = 0;
  const keep = (message: Omit<Message, 'id' | 'receivedAt'>): string => {
    count += 1;
    kept = [{ id: String(count), receivedAt: now().toISOString(), ...message }, ...kept].slice(0, KEPT);
    return String(count);
  };
  return {
    async add(raw, recipients) {
      const parsed = await simpleParser(raw);
      keep({
        messageId: parsed.messageId ?? null,
        from: parsed.from?.text ?? '',
        to: recipients.map((address) => address.toLowerCase()),
        subject: parsed.subject ?? '',
        text: parsed.text ?? '',
        html: parsed.html === false ? null : parsed.html,
        headers: Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
        calendar: calendarIn(parsed.attachments),
      });
    },
    addSms: ({ from, to, text }) =>
      keep({ messageId: null, from, to: [to], subject: 'SMS', text, html: null, headers: {}, calendar: null }),
    list: (recipient) => (recipient ? kept.filter(({ to }) => to.includes(recipient.toLowerCase())) : kept),
    find: (id) => kept.find((message) => message.id === id),
    clear: () => {
      kept = [];
    },
  };
}
