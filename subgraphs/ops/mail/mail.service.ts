import { z } from 'zod';
import { DEFAULT_ACCENT } from '../../_kernel/branding/colour.js';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { MAIL_PURPOSE, type Mail, type MailRequested } from '../../_kernel/mail/mail.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { Database, PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { contextInsideOf, dbWithin, MANAGE_DELIVERIES, READ_AUDIT, requireReach, type FindTenant } from '../reach.js';
import { afterFailure, ATTEMPT_LEASE_MS, withoutAddresses, type MailFailure } from './mail.js';
import { findMailBrand } from './mail-brand.store.js';
import { MailRefusedError, type MailTransport } from './mail-transport.js';
import {
  beginMailAnew,
  claimDueMails,
  findMail,
  findMailPage,
  insertMail,
  MAIL_SORT,
  markFailure,
  markSent,
  type ClaimedMail,
  type MailFilter,
  type MailRow,
} from './mail.store.js';
import { renderMail } from './templates/render.js';
import { shippedWording, SHIPPED_LOCALE } from './templates/shipped.js';
import { wordingFor } from './wording/mail-wording.store.js';

/** Mails sent at the same time. */
const AT_ONCE = 20;

/** What was sealed; what it holds was made by us, so only its shape is looked at. */
const sealedMail = z.object({ to: z.string(), values: z.record(z.string(), z.unknown()), locale: z.string().optional() });

export interface MailService {
  /** Writes a mail down for sending, in the caller's transaction; once for an event. */
  takeIn(context: RequestContext, db: TenantDb, eventId: string, request: MailRequested): Promise<void>;
  /**
   * Sends what is due. A mail whose worker dies in between is sent again under the same Message-ID.
   * @returns how many were sent
   */
  deliverDue(context: RequestContext): Promise<number>;
  /**
   * Newest first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError}
   */
  list(context: RequestContext, args: PageArgs, filter: MailFilter): Promise<Connection<MailRow>>;
  /**
   * Sends a mail once more that was given up, for five days after it was asked for.
   * @throws {ForbiddenError} @throws {NotFoundError}
   * @throws {ConflictError} for one that was not given up, or of which nothing is kept
   */
  resend(context: RequestContext, id: string): Promise<MailRow>;
}

const failureOf = (error: unknown): MailFailure =>
  error instanceof MailRefusedError
    ? { message: withoutAddresses(error.message), final: error.final }
    : { message: 'The mail could not be made', final: true };

export function createMailService(parts: {
  readonly database: Database;
  readonly secretBox: SecretBox;
  readonly transport: MailTransport;
  readonly findTenant: FindTenant;
  readonly flags: Flags;
}): MailService {
  const { database, secretBox, transport, findTenant, flags } = parts;
  const { platform } = database;

  const open = (sealed: string) => sealedMail.parse(JSON.parse(secretBox.open(sealed, MAIL_PURPOSE)));

  const attempt = async (mail: ClaimedMail, context: RequestContext, logger: Logger): Promise<boolean> => {
    const { id, recipient, senderName, template, attempts } = mail;
    try {
      const { values } = open(mail.sealed);
      // The row was written from a `Mail`, whose template and values belong together.
      const brand = mail.brand ?? { name: senderName, accentColor: DEFAULT_ACCENT };
      const asked = { template, values } as unknown as Mail;
      const rendered = renderMail(asked, brand, mail.wording ?? shippedWording(asked.template, SHIPPED_LOCALE));
      await transport.send({ ...rendered, id, to: recipient, fromName: senderName });
    } catch (error) {
      const failure = failureOf(error);
      const next = afterFailure(failure, attempts, context.clock.now());
      logger.warn({ mail: id, template, attempts, failure: failure.message, status: next.status }, 'mail not sent');
      await markFailure(platform.db, mail, failure.message, next);
      return false;
    }
    await markSent(platform.db, mail, context.clock.now());
    return true;
  };

  return {
    async takeIn(context, db, eventId, { template, sealed }) {
      // Of somebody who was erased meanwhile.
      if (sealed === '') return;
      const { to, locale } = open(sealed);
      const createdAt = context.clock.now();
      const wording = await wordingFor(db, template, locale ?? null);
      const { senderName, ...brand } = await findMailBrand(db, flags, context);
      await insertMail(db, { id: eventId, template, recipient: to, senderName, sealed, brand, wording, createdAt });
    },

    async deliverDue(context) {
      let sent = 0;
      for (;;) {
        const now = context.clock.now();
        const due = await claimDueMails(platform, now, new Date(now.getTime() + ATTEMPT_LEASE_MS), AT_ONCE);
        const outcomes = await Promise.all(due.map((mail) => attempt(mail, context, context.logger)));
        sent += outcomes.filter(Boolean).length;
        if (due.length < AT_ONCE) return sent;
      }
    },

    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      const page = pageOf(args, MAIL_SORT);
      const rows = await findMailPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async resend(context, id) {
      const find = (db: TenantDb | PlatformDb) => findMail(db, id);
      const { within } = await contextInsideOf(context, MANAGE_DELIVERIES, { what: 'Mail', find, database, findTenant });
      return database.tenants.transaction(within, async (db) => {
        const [begun] = await beginMailAnew(db, id, within.clock.now());
        if (!begun) throw new ConflictError('Only a mail that was given up is sent again, and only while it is kept');
        return begun;
      });
    },
  };
}
