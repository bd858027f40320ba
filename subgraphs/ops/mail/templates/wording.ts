import type { MailedCalendar } from '../../../_kernel/mail/mail.js';
import type { MailContent } from './layout.js';

/**
 * What a mail says, with `{{placeholders}}` for what is told when it is sent. Plain text: a line left empty begins
 * another paragraph, and markup is shown as it stands.
 */
export interface Wording {
  readonly subject: string;
  readonly body: string;
  /** What is written on the link; null for a mail without one. */
  readonly actionLabel: string | null;
  /** Said in small print behind the link; null for nothing. */
  readonly footnote: string | null;
}

/** Words of a mail, paragraph by paragraph. */
export const wordingOf = (
  subject: string,
  paragraphs: readonly string[],
  rest: Partial<Pick<Wording, 'actionLabel' | 'footnote'>> = {},
): Wording => ({ subject, body: paragraphs.join('\n\n'), actionLabel: null, footnote: null, ...rest });

/** What a mail is told when it is sent. Code, link and calendar have their own place, wherever the words stand. */
export interface MailFacts {
  readonly placeholders: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly link?: string;
  readonly calendar?: MailedCalendar;
}

const PLACEHOLDER = /\{\{\s*([A-Za-z]+)\s*\}\}/g;

/** The names of the placeholders in a text, each once. */
export const placeholdersIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)),
];

/** Whether a text has braces that open or close nothing. */
export const hasStrayBraces = (text: string): boolean => /\{\{|\}\}/.test(text.replace(PLACEHOLDER, ''));

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(PLACEHOLDER, (_whole, name: string) => values[name] ?? '');

/** Paragraphs of which something is said: one that is about what is not there, such as a place, is left out. */
function paragraphsOf(body: string, values: Readonly<Record<string, string>>): readonly string[] {
  return body.split(/\n\s*\n/).flatMap((paragraph) => {
    const names = placeholdersIn(paragraph);
    if (names.length > 0 && names.every((name) => (values[name] ?? '') === '')) return [];
    return fill(paragraph, values)
      .split(/\n+/)
      .filter((line) => line.trim() !== '');
  });
}

/** A mail as it is laid out. */
export function contentOf(wording: Wording, { placeholders, code, link, calendar }: MailFacts): MailContent {
  const { subject, body, actionLabel, footnote } = wording;
  return {
    subject: fill(subject, placeholders),
    paragraphs: paragraphsOf(body, placeholders),
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { action: { label: fill(actionLabel ?? link, placeholders), link } }),
    ...(footnote ? { footnote: fill(footnote, placeholders) } : {}),
    ...(calendar === undefined ? {} : { calendar }),
  };
}
