import type { Mail, MailedCalendar, MailTemplate, MailTemplates } from '../../../_kernel/mail/mail.js';
import { CONTENTS } from './contents.js';
import { htmlOf, textOf, type Brand } from './layout.js';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly calendar?: MailedCalendar;
}

type ContentOf<Template extends MailTemplate> = (typeof CONTENTS)[Template];

/** A mail in words, in the name of a company. */
export function renderMail({ template, values }: Pick<Mail, 'template' | 'values'>, brand: Brand): RenderedMail {
  // Template and values belong together by the type of `Mail`; indexing forgets that.
  const contentOf = CONTENTS[template] as ContentOf<typeof template> as (
    given: MailTemplates[MailTemplate],
    by: Brand,
  ) => ReturnType<ContentOf<MailTemplate>>;
  const content = contentOf(values, brand);
  // A line break in a subject would begin a header.
  const subject = content.subject.replace(/\s+/g, ' ');
  const { calendar } = content;
  const words = { subject, text: textOf(content, brand), html: htmlOf({ ...content, subject }, brand) };
  return calendar ? { ...words, calendar } : words;
}
