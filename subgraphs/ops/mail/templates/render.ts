import type { Mail, MailedCalendar } from '../../../_kernel/mail/mail.js';
import { factsOf } from './facts.js';
import { htmlOf, textOf, type Brand } from './layout.js';
import type { LocalWording } from './shipped.js';
import { contentOf } from './wording.js';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly calendar?: MailedCalendar;
}

/** A mail in words, in the name of a company. */
export function renderMail({ template, values }: Pick<Mail, 'template' | 'values'>, brand: Brand, wording: LocalWording): RenderedMail {
  const { locale, words } = wording;
  const content = contentOf(words, factsOf(template, values, { brand, locale }));
  // A line break in a subject would begin a header.
  const subject = content.subject.replace(/\s+/g, ' ');
  const { calendar } = content;
  const rendered = { subject, text: textOf(content, brand), html: htmlOf({ ...content, subject }, brand, locale) };
  return calendar ? { ...rendered, calendar } : rendered;
}
