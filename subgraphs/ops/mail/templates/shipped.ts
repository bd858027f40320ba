import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { SHIPPED_ENGLISH } from './shipped-english.js';
import { SHIPPED_GERMAN } from './shipped-german.js';
import type { Wording } from './wording.js';

/** The language of whatever there is in no other. */
export const SHIPPED_LOCALE = 'en';

const SHIPPED: Readonly<Record<string, Readonly<Partial<Record<MailTemplate, Wording>>>>> = {
  [SHIPPED_LOCALE]: SHIPPED_ENGLISH,
  de: SHIPPED_GERMAN,
};

export interface LocalWording {
  /** BCP 47: the language of the words. */
  readonly locale: string;
  readonly words: Wording;
}

/** A tag as it is written, and the language that it is a kind of: `pt-BR` and `pt`; none for what is no tag. */
export function withItsLanguage(locale: string): readonly string[] {
  try {
    const { baseName, language } = new Intl.Locale(locale);
    return [...new Set([baseName, language])];
  } catch {
    return [];
  }
}

/** What a mail says as the platform ships it, in a language if it can. */
export function shippedWording(template: MailTemplate, locale: string): LocalWording {
  for (const tag of withItsLanguage(locale)) {
    const words = SHIPPED[tag]?.[template];
    if (words) return { locale: tag, words };
  }
  return { locale: SHIPPED_LOCALE, words: SHIPPED_ENGLISH[template] };
}
