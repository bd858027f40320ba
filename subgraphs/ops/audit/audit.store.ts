import { DbNull } from '@prisma/client/runtime/client';
import type { AuditEntry, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { AuditAction } from '../spine/audit/audit.js';
import type { AuditRecord } from './audit.js';

export type AuditEntryRow = AuditEntry;

/** Newest first. */
export const AUDIT_SORT: readonly SortKey[] = [
  { field: 'occurredAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface AuditFilter {
  readonly action?: AuditAction | undefined;
  readonly actorId?: string | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly tenantId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
}

/** What came of it, as the entry itself says: what says nothing has been done. */
export const AUDIT_OUTCOMES = ['DONE', 'REFUSED', 'FAILED'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export interface AuditSummary {
  readonly total: number;
  readonly byAction: readonly { readonly action: AuditAction; readonly count: number }[];
  readonly byOutcome: readonly { readonly outcome: AuditOutcome; readonly count: number }[];
  /** By day in UTC, `2026-03-01`, the newest first. */
  readonly byDay: readonly { readonly day: string; readonly count: number }[];
}

/** Adds an entry; one that is there already stays as it is. */
export async function insertAuditEntry(db: TenantDb, entry: AuditRecord): Promise<void> {
  const meta = entry.meta as Prisma.InputJsonObject;
  await db.auditEntry.createMany({ data: [{ ...entry, meta }], skipDuplicates: true });
}

/** Entries whose event has an outcome say it in lower case; the others are of what was done. */
const ofOutcome = (outcome: AuditOutcome): Prisma.AuditEntryWhereInput => {
  const says = (value: string): Prisma.AuditEntryWhereInput => ({ meta: { path: ['outcome'], equals: value } });
  if (outcome !== 'DONE') return says(outcome.toLowerCase());
  const saysNothing: Prisma.AuditEntryWhereInput = { meta: { path: ['outcome'], equals: DbNull } };
  return { OR: [saysNothing, { NOT: { OR: [says('refused'), says('failed')] } }] };
};

const periodOf = ({ from, to }: AuditFilter): Prisma.AuditEntryWhereInput =>
  from || to ? { occurredAt: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) } } : {};

const matching = (filter: AuditFilter): Prisma.AuditEntryWhereInput => {
  const { action, actorId, tenantId, subjectId, requestId, outcome } = filter;
  return {
    ...(action === undefined ? {} : { action }),
    ...(actorId === undefined ? {} : { actorId }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(subjectId === undefined ? {} : { subjectId }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(outcome === undefined ? {} : ofOutcome(outcome)),
    ...periodOf(filter),
  };
};

export function findAuditPage(db: TenantDb | PlatformDb, page: Page, filter: AuditFilter): Promise<AuditEntryRow[]> {
  const { where, ...rest } = keysetQuery(page, AUDIT_SORT);
  return db.auditEntry.findMany({ where: { AND: [matching(filter), where] }, ...rest });
}

export const countAudit = (db: TenantDb | PlatformDb, filter: AuditFilter): Promise<number> =>
  db.auditEntry.count({ where: matching(filter) });

/** Days beyond these many are in the other counts only. */
const DAYS_TOLD = 366;

export async function summarizeAudit(db: TenantDb | PlatformDb, filter: AuditFilter): Promise<AuditSummary> {
  const where = matching(filter);
  const actions = await db.auditEntry.groupBy({ by: ['action'], where, _count: true, orderBy: { action: 'asc' } });
  const outcomes: { outcome: AuditOutcome; count: number }[] = [];
  for (const outcome of AUDIT_OUTCOMES) {
    const count = await db.auditEntry.count({ where: { AND: [where, ofOutcome(outcome)] } });
    if (count > 0) outcomes.push({ outcome, count });
  }
  const byAction = actions.map(({ action, _count: count }) => ({ action, count }));
  const total = byAction.reduce((sum, { count }) => sum + count, 0);
  return { total, byAction, byOutcome: outcomes, byDay: await countByDay(db, filter) };
}

// Prisma groups by columns only, and a day is a part of one.
async function countByDay(db: TenantDb | PlatformDb, filter: AuditFilter): Promise<{ day: string; count: number }[]> {
  // Each is there or not; PostgreSQL is told which by a null.
  const given = (name: keyof AuditFilter): string | null => {
    const value = filter[name];
    return value instanceof Date ? value.toISOString() : (value ?? null);
  };
  const [action, actorId, tenantId, subjectId] = [given('action'), given('actorId'), given('tenantId'), given('subjectId')];
  const [requestId, outcome, from, to] = [given('requestId'), given('outcome'), given('from'), given('to')];
  return db.$queryRaw<{ day: string; count: number }[]>`
    SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS count
    FROM ops.audit_entry
    WHERE (${action}::text IS NULL OR action::text = ${action})
      AND (${actorId}::text IS NULL OR actor_id = ${actorId})
      AND (${tenantId}::uuid IS NULL OR tenant_id = ${tenantId}::uuid)
      AND (${subjectId}::text IS NULL OR subject_id = ${subjectId})
      AND (${requestId}::text IS NULL OR request_id = ${requestId})
      AND (${outcome}::text IS NULL OR upper(CASE WHEN meta ->> 'outcome' IN ('refused', 'failed')
           THEN meta ->> 'outcome' ELSE 'done' END) = ${outcome})
      AND (${from}::timestamptz IS NULL OR occurred_at >= ${from}::timestamptz)
      AND (${to}::timestamptz IS NULL OR occurred_at < ${to}::timestamptz)
    GROUP BY 1 ORDER BY 1 DESC LIMIT ${DAYS_TOLD}`;
}
