import { ConflictError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { Flags } from '../../../_kernel/flags/evaluation/flag-set.js';
import type { MailTemplate } from '../../../_kernel/mail/mail.js';
import { requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { OpsEvents } from '../../events.js';
import { findMailBrand } from '../mail-brand.store.js';
import { renderMail, type RenderedMail } from '../templates/render.js';
import { MAIL_TEMPLATES, SAMPLES } from '../templates/samples.js';
import { shippedWording } from '../templates/shipped.js';
import type { Wording } from '../templates/wording.js';
import {
  askedLocaleSchema,
  issuesOfWording,
  MOST_LOCALES,
  newWordingSchema,
  tryWordingSchema,
  wordingKeySchema,
} from './mail-wording.js';
import { countOtherLocales, deleteWording, saveWording, usedWordings, wordsOf, type UsedWording } from './mail-wording.store.js';

/** What the mails of a company say. */
export interface MailWordingService {
  /**
   * Every mail in the words that it goes out in.
   * @param input `locale`: what the recipient reads; the company's language when left out
   * @throws {ForbiddenError} @throws {ValidationError}
   */
  list(context: RequestContext, input: unknown): Promise<readonly UsedWording[]>;
  /**
   * Puts the company's own words in place of those that were there, for mails that are asked for from now on.
   * @throws {ForbiddenError} @throws {ValidationError} also for a placeholder that is unknown or missing
   * @throws {ConflictError} for one language too many
   */
  set(context: RequestContext, input: unknown): Promise<UsedWording>;
  /** Goes back to what the platform ships. @throws {ForbiddenError} @throws {NotFoundError} where nothing was changed */
  reset(context: RequestContext, input: unknown): Promise<UsedWording>;
  /** A mail with sample data, in words that are tried out or in those it has. @throws as {@link set} does */
  preview(context: RequestContext, input: unknown): Promise<RenderedMail>;
}

export function createMailWordingService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<OpsEvents>;
  readonly flags: Flags;
}): MailWordingService {
  const { tenants, outbox, flags } = parts;

  const used = async (db: TenantDb, template: MailTemplate, locale: string): Promise<UsedWording> => {
    const [found] = await usedWordings(db, [template], locale);
    return found ?? { template, ...shippedWording(template, locale), updatedAt: null };
  };

  const checked = (template: MailTemplate, words: Wording): Wording => {
    const issues = issuesOfWording(template, words);
    if (issues.length > 0) throw new ValidationError(issues);
    return words;
  };

  return {
    async list(context, input) {
      requirePermission(context, 'settings:read');
      const { locale } = validate(askedLocaleSchema, input);
      return usedWordings(tenants.of(context), MAIL_TEMPLATES, locale ?? null);
    },

    async set(context, input) {
      requirePermission(context, 'settings:update');
      const { actionLabel = null, footnote = null, ...rest } = validate(newWordingSchema, input);
      const row = { ...rest, actionLabel, footnote, updatedAt: context.clock.now() };
      const { template, locale } = row;
      checked(template, wordsOf(row));
      return tenants.transaction(context, async (db) => {
        if ((await countOtherLocales(db, row)) >= MOST_LOCALES) {
          throw new ConflictError(`A mail has words of its own in at most ${MOST_LOCALES} languages`);
        }
        await saveWording(db, row);
        await outbox.emit(db, context, 'ops.mail_wording_changed', { template, locale, change: 'SET' });
        return used(db, template, locale);
      });
    },

    async reset(context, input) {
      requirePermission(context, 'settings:update');
      const { template, locale } = validate(wordingKeySchema, input);
      return tenants.transaction(context, async (db) => {
        if (!(await deleteWording(db, { template, locale }))) throw new NotFoundError('Mail wording');
        await outbox.emit(db, context, 'ops.mail_wording_changed', { template, locale, change: 'RESET' });
        return used(db, template, locale);
      });
    },

    async preview(context, input) {
      requirePermission(context, 'settings:read');
      const { template, locale, ...tried } = validate(tryWordingSchema, input);
      const db = tenants.of(context);
      const standing = await used(db, template, locale);
      const words = checked(template, {
        subject: tried.subject ?? standing.words.subject,
        body: tried.body ?? standing.words.body,
        actionLabel: tried.actionLabel ?? standing.words.actionLabel,
        footnote: tried.footnote ?? standing.words.footnote,
      });
      const brand = await findMailBrand(db, flags, context);
      return renderMail({ template, values: SAMPLES[template] }, brand, { locale, words });
    },
  };
}
