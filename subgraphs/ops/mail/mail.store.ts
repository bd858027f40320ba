import type { Mail, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDatabase, PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MailStatus, NextStep } from './mail.js';
import type { Brand } from './templates/layout.js';
import type { LocalWording } from './templates/shipped.js';

export type MailRow = Mail;

/** Newest first. */
export const MAIL_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewMailRow {
  readonly id: string;
  readonly template: string;
  readonly recipient: string;
  readonly senderName: string;
  readonly sealed: string;
  readonly brand: Brand;
  readonly wording: LocalWording;
  readonly createdAt: Date;
}

/** Adds a mail that is due at once; one that is there already stays as it is. */
export async function insertMail(db: TenantDb, { brand, wording, ...row }: NewMailRow): Promise<void> {
  const json = (value: object) => ({ ...value }) as Prisma.InputJsonObject;
  const data = { ...row, brand: json(brand), wording: json(wording), nextAttemptAt: row.createdAt };
  await db.mail.createMany({ data: [data], skipDuplicates: true });
}

export interface ClaimedMail {
  readonly tenantId: string;
  readonly id: string;
  readonly template: string;
  readonly recipient: string;
  readonly senderName: string;
  readonly sealed: string;
  /** Null of one that was asked for before mails had any. */
  readonly brand: Brand | null;
  /** Null of one that was asked for before companies had words of their own. */
  readonly wording: LocalWording | null;
  /** The one that begins now included. */
  readonly attempts: number;
}

/**
 * Takes due mails for an attempt, each for one worker; they are due again when it has not said by `leaseUntil`
 * what came of it.
 */
export const claimDueMails = (
  platform: PlatformDatabase,
  now: Date,
  leaseUntil: Date,
  most: number,
): Promise<ClaimedMail[]> =>
  platform.transaction(
    (db) => db.$queryRaw<ClaimedMail[]>`
      UPDATE ops.mail SET attempts = attempts + 1, next_attempt_at = ${leaseUntil}
      WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM ops.mail WHERE next_attempt_at <= ${now}
        ORDER BY next_attempt_at LIMIT ${most} FOR UPDATE SKIP LOCKED)
      RETURNING tenant_id AS "tenantId", id, template, recipient, sender_name AS "senderName", sealed, brand, wording, attempts`,
  );

type MailKey = Pick<ClaimedMail, 'tenantId' | 'id'>;

export async function markSent(db: PlatformDb, { tenantId, id }: MailKey, at: Date): Promise<void> {
  await db.mail.updateMany({
    where: { tenantId, id, status: 'PENDING' },
    data: { status: 'SENT', sentAt: at, nextAttemptAt: null, sealed: null, failure: null },
  });
}

export async function markFailure(
  db: PlatformDb,
  { tenantId, id }: MailKey,
  failure: string,
  next: NextStep,
): Promise<void> {
  await db.mail.updateMany({
    where: { tenantId, id, status: 'PENDING' },
    data:
      next.status === 'FAILED'
        ? { status: 'FAILED', failure, nextAttemptAt: null }
        : { failure, nextAttemptAt: next.nextAttemptAt },
  });
}

export const findMail = (db: TenantDb | PlatformDb, id: string): Promise<MailRow | null> => db.mail.findFirst({ where: { id } });

/** Begins a mail anew that was given up and whose words are kept. */
export const beginMailAnew = (db: TenantDb, id: string, at: Date): Promise<MailRow[]> =>
  db.mail.updateManyAndReturn({
    where: { id, status: 'FAILED', sealed: { not: null } },
    data: { status: 'PENDING', attempts: 0, nextAttemptAt: at },
  });

/** Forgets what mails say that were given up. @returns of how many */
export const forgetWordsBefore = (db: PlatformDb, before: Date, most: number): Promise<number> =>
  db.$executeRaw`
    UPDATE ops.mail SET sealed = NULL WHERE (tenant_id, id) IN (
      SELECT tenant_id, id FROM ops.mail
      WHERE status = 'FAILED' AND sealed IS NOT NULL AND created_at < ${before} LIMIT ${most})`;

export interface MailFilter {
  readonly status?: MailStatus | undefined;
  readonly recipient?: string | undefined;
}

export function findMailPage(db: TenantDb | PlatformDb, page: Page, filter: MailFilter): Promise<MailRow[]> {
  const { where, ...rest } = keysetQuery(page, MAIL_SORT);
  const wanted = {
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.recipient === undefined ? {} : { recipient: filter.recipient }),
  };
  return db.mail.findMany({ where: { AND: [wanted, where] }, ...rest });
}
