import type { AuditArchive } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type ArchiveRow = AuditArchive;

/** Made last first. */
export const ARCHIVE_SORT: readonly SortKey[] = [
  { field: 'archivedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface ArchiveFilter {
  readonly tenantId?: string | undefined;
  /** With entries of this time or later. */
  readonly from?: Date | undefined;
  /** With entries from before this time. */
  readonly to?: Date | undefined;
}

export function findArchivePage(db: TenantDb | PlatformDb, page: Page, { tenantId, from, to }: ArchiveFilter): Promise<ArchiveRow[]> {
  const { where, ...rest } = keysetQuery(page, ARCHIVE_SORT);
  const wanted = {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(from ? { newestAt: { gte: from } } : {}),
    ...(to ? { oldestAt: { lt: to } } : {}),
  };
  return db.auditArchive.findMany({ where: { AND: [wanted, where] }, ...rest });
}

export const findArchive = (db: TenantDb | PlatformDb, id: string): Promise<ArchiveRow | null> => db.auditArchive.findFirst({ where: { id } });

export const findArchiveWith = (db: PlatformDb, tenantId: string, leafIndex: number): Promise<ArchiveRow | null> =>
  db.auditArchive.findFirst({ where: { tenantId, fromIndex: { lte: leafIndex }, toIndex: { gt: leafIndex } } });

/** Tenants that have entries from before a time. */
export async function findTenantsWithOldEntries(db: PlatformDb, before: Date, most: number): Promise<readonly string[]> {
  const rows = await db.auditEntry.findMany({
    where: { occurredAt: { lt: before } },
    distinct: ['tenantId'],
    select: { tenantId: true },
    take: most,
  });
  return rows.map(({ tenantId }) => tenantId);
}

/**
 * The part of a tenant's log that comes next into the archive: all of it is from before a time, and it ends at a
 * signed head. Null when there is no such part.
 */
export async function findNextPart(
  db: PlatformDb,
  tenantId: string,
  before: Date,
  most: number,
): Promise<{ readonly from: number; readonly to: number; readonly note: string } | null> {
  const rows = await db.$queryRaw<{ from: bigint; to: bigint; note: string }[]>`
    WITH begun AS (
      SELECT COALESCE(max(to_index), 0) AS at FROM ops.audit_archive WHERE tenant_id = ${tenantId}::uuid
    ), young AS (
      SELECT min(l.leaf_index) AS at
      FROM ops.audit_leaf l JOIN ops.audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.id, begun
      WHERE l.tenant_id = ${tenantId}::uuid AND l.leaf_index >= begun.at AND e.occurred_at >= ${before}
    )
    SELECT begun.at AS "from", c.size AS "to", c.note
    FROM ops.audit_checkpoint c, begun, young
    WHERE c.tenant_id = ${tenantId}::uuid AND c.size > begun.at AND c.size <= begun.at + ${most}
      AND (young.at IS NULL OR c.size <= young.at)
    ORDER BY c.size DESC LIMIT 1`;
  const [part] = rows;
  return part ? { from: Number(part.from), to: Number(part.to), note: part.note } : null;
}

/** Notes where a part of the log is kept, and removes its entries. @returns how many those were */
export async function moveToArchive(db: PlatformDb, archive: Omit<ArchiveRow, 'sha256'> & { readonly sha256: Uint8Array }): Promise<number> {
  await db.auditArchive.create({ data: { ...archive, sha256: new Uint8Array(archive.sha256) }, select: { id: true } });
  const { tenantId, id } = archive;
  const [row] = await db.$queryRaw<{ removed: number }[]>`SELECT ops.remove_archived_entries(${tenantId}::uuid, ${id}::uuid) AS removed`;
  return row?.removed ?? 0;
}
