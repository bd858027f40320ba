import { z } from 'zod';
import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { localeSchema, lineSchema, textSchema } from '../../../_kernel/validation/text.js';
import { hasLink, MAIL_TEMPLATES, placeholdersOf, REQUIRED_PLACEHOLDERS } from '../templates/samples.js';
import { hasStrayBraces, placeholdersIn, type Wording } from '../templates/wording.js';

/** Languages in which a company can have its own words of one mail. */
export const MOST_LOCALES = 20;

const canonical = localeSchema.max(35, 'must be at most 35 characters long').transform((tag) => Intl.getCanonicalLocales(tag)[0] ?? tag);

export const wordingKeySchema = z.object({
  template: z.enum(MAIL_TEMPLATES as readonly [MailTemplate, ...MailTemplate[]]),
  locale: canonical,
});

export const askedLocaleSchema = z.object({ locale: canonical.nullish() });

const parts = {
  subject: lineSchema(200),
  body: textSchema(10_000).min(1, 'must not be empty'),
  actionLabel: lineSchema(80).nullish(),
  footnote: textSchema(1_000).nullish(),
};

export const newWordingSchema = wordingKeySchema.extend(parts);

/** What is left out is as it stands. */
export const tryWordingSchema = wordingKeySchema.extend({ ...parts, subject: parts.subject.nullish(), body: parts.body.nullish() });

interface Issue {
  readonly field: string;
  readonly message: string;
}

const inBraces = (names: readonly string[]): string => names.map((name) => `{{${name}}}`).join(', ');

function issuesOfPart(field: keyof Wording, text: string, allowed: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  const unknown = placeholdersIn(text).filter((name) => !allowed.includes(name));
  if (unknown.length > 0) {
    issues.push({ field, message: `${inBraces(unknown)} is not told to this mail; it knows ${inBraces(allowed)}` });
  }
  if (hasStrayBraces(text)) issues.push({ field, message: 'has braces that are no placeholder such as {{company}}' });
  return issues;
}

/** What keeps words from being a mail's. Its code and its link have their own place, so that no words can lose them. */
export function issuesOfWording(template: MailTemplate, words: Wording): Issue[] {
  const allowed = placeholdersOf(template);
  const texts = Object.entries(words).filter((part): part is [keyof Wording, string] => part[1] !== null);
  const issues = texts.flatMap(([field, text]) => issuesOfPart(field, text, allowed));
  const used = new Set(texts.flatMap(([, text]) => placeholdersIn(text)));
  const missing = REQUIRED_PLACEHOLDERS[template].filter((name) => !used.has(name));
  if (missing.length > 0) issues.push({ field: 'body', message: `has to say ${inBraces(missing)}, or another part of the mail` });
  if (words.actionLabel !== null && !hasLink(template)) issues.push({ field: 'actionLabel', message: 'is for mails that bring a link' });
  return issues;
}
