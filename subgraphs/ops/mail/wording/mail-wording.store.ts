import type { MailWording } from '../../../../prisma/generated/client.js';
import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { shippedWording, SHIPPED_LOCALE, withItsLanguage, type LocalWording } from '../templates/shipped.js';
import type { Wording } from '../templates/wording.js';

export type MailWordingRow = Omit<MailWording, 'tenantId' | 'createdAt'>;

export interface UsedWording extends LocalWording {
  readonly template: MailTemplate;
  /** When the company wrote it; null for words of the platform. */
  readonly updatedAt: Date | null;
}

/** What the recipients of a company read of whom nothing else is known. */
export const findMailLocale = async (db: TenantDb): Promise<string> =>
  (await db.mailBrand.findFirst({ select: { locale: true } }))?.locale ?? SHIPPED_LOCALE;

const findWordings = (db: TenantDb, templates: readonly string[], locales: readonly string[]): Promise<MailWordingRow[]> =>
  db.mailWording.findMany({ where: { template: { in: [...templates] }, locale: { in: [...locales] } }, omit: { tenantId: true } });

/** The company's words; where it wrote a part of them only, the platform's stand for the rest. */
export function wordsOf({ template, locale, ...own }: Pick<MailWordingRow, 'template' | 'locale' | keyof Wording>): Wording {
  const shipped = shippedWording(template as MailTemplate, locale).words;
  const { subject, body, actionLabel, footnote } = own;
  return { subject, body, actionLabel: actionLabel ?? shipped.actionLabel, footnote: footnote ?? shipped.footnote };
}

/**
 * The words in which mails go out: the company's in the recipient's language, else its own in the language of the
 * company, else those that are shipped, likewise.
 * @param locale what the recipient reads; the company's language when null
 */
export async function usedWordings(
  db: TenantDb,
  templates: readonly MailTemplate[],
  locale: string | null,
): Promise<readonly UsedWording[]> {
  const ofCompany = await findMailLocale(db);
  const wanted = [...new Set([...withItsLanguage(locale ?? ofCompany), ...withItsLanguage(ofCompany)])];
  const rows = await findWordings(db, templates, wanted);
  return templates.map((template) => {
    const own = rows
      .filter((row) => row.template === template)
      .sort((one, other) => wanted.indexOf(one.locale) - wanted.indexOf(other.locale))[0];
    if (own) return { template, locale: own.locale, words: wordsOf(own), updatedAt: own.updatedAt };
    return { template, ...shippedWording(template, locale ?? ofCompany), updatedAt: null };
  });
}

/** The words of one mail, as {@link usedWordings} says. */
export async function wordingFor(db: TenantDb, template: MailTemplate, locale: string | null): Promise<LocalWording> {
  const [used] = await usedWordings(db, [template], locale);
  return used ? { locale: used.locale, words: used.words } : shippedWording(template, SHIPPED_LOCALE);
}

export async function saveWording(db: TenantDb, row: MailWordingRow): Promise<void> {
  const { template, locale, ...data } = row;
  await db.mailWording.createMany({ data: [row], skipDuplicates: true });
  await db.mailWording.updateMany({ where: { template, locale }, data });
}

/** In how many languages other than one the company has its own words of a mail. */
export const countOtherLocales = (db: TenantDb, { template, locale }: Pick<MailWordingRow, 'template' | 'locale'>): Promise<number> =>
  db.mailWording.count({ where: { template, locale: { not: locale } } });

/** @returns whether there was something to remove */
export const deleteWording = async (db: TenantDb, { template, locale }: Pick<MailWordingRow, 'template' | 'locale'>): Promise<boolean> =>
  (await db.mailWording.deleteMany({ where: { template, locale } })).count > 0;
