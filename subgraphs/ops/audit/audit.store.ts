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
}

/** Adds an entry; one that is there already stays as it is. */
export async function insertAuditEntry(db: TenantDb, entry: AuditRecord): Promise<void> {
  const meta = entry.meta as Prisma.InputJsonObject;
  await db.auditEntry.createMany({ data: [{ ...entry, meta }], skipDuplicates: true });
}

const matching = ({ action, actorId, from, to, tenantId }: AuditFilter): Prisma.AuditEntryWhereInput => ({
  ...(action === undefined ? {} : { action }),
  ...(actorId === undefined ? {} : { actorId }),
  ...(tenantId === undefined ? {} : { tenantId }),
  ...(from || to ? { occurredAt: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) } } : {}),
});

export function findAuditPage(db: TenantDb | PlatformDb, page: Page, filter: AuditFilter): Promise<AuditEntryRow[]> {
  const { where, ...rest } = keysetQuery(page, AUDIT_SORT);
  return db.auditEntry.findMany({ where: { AND: [matching(filter), where] }, ...rest });
}

export const countAudit = (db: TenantDb | PlatformDb, filter: AuditFilter): Promise<number> =>
  db.auditEntry.count({ where: matching(filter) });
