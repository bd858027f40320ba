import type { Prisma, WorkflowVersion } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type VersionRow = WorkflowVersion;

export const findNumberedVersion = (db: TenantDb, key: string, version: number): Promise<VersionRow | null> =>
  db.workflowVersion.findFirst({ where: { key, version } });

export const findNewestVersion = (db: TenantDb, key: string): Promise<VersionRow | null> =>
  db.workflowVersion.findFirst({ where: { key }, orderBy: { version: 'desc' } });

/** Every workflow's newest. */
export const findNewestVersions = (db: TenantDb): Promise<VersionRow[]> =>
  db.workflowVersion.findMany({ distinct: ['key'], orderBy: [{ key: 'asc' }, { version: 'desc' }] });

/** Newest first. */
export const findVersionsOf = (db: TenantDb, key: string): Promise<VersionRow[]> =>
  db.workflowVersion.findMany({ where: { key }, orderBy: { version: 'desc' } });

/** Until the transaction ends, nobody else in the company makes a version of the workflow. */
export async function lockVersions(db: TenantDb, key: string): Promise<void> {
  await db.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended('tenancy.workflow_version:' || kernel.current_tenant_id() || ${key}::text, 0))`;
}

export const insertVersion = (db: TenantDb, version: Omit<Prisma.WorkflowVersionUncheckedCreateInput, 'tenantId'>): Promise<VersionRow> =>
  db.workflowVersion.create({ data: version });
