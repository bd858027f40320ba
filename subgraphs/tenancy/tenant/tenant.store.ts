import type { Prisma, Tenant, TenantSettings } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type TenantRow = Tenant;
export type TenantSettingsRow = TenantSettings;

export const TENANT_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

const notDeleted = { deletedAt: null } as const;

export const findTenantBySlug = (db: PlatformDb, slug: string): Promise<TenantRow | null> =>
  db.tenant.findFirst({ where: { slug, ...notDeleted } });

export const findTenantsByIds = (db: PlatformDb | TenantDb, ids: readonly string[]): Promise<TenantRow[]> =>
  db.tenant.findMany({ where: { id: { in: [...ids] }, ...notDeleted } });

export function findTenantsPage(db: PlatformDb, page: Page): Promise<TenantRow[]> {
  const { where, ...rest } = keysetQuery(page, TENANT_SORT);
  return db.tenant.findMany({ where: { AND: [notDeleted, where] }, ...rest });
}

/** @returns null when the slug is taken */
export async function insertTenant(
  db: PlatformDb,
  tenant: Prisma.TenantUncheckedCreateInput,
): Promise<TenantRow | null> {
  const rows = await db.tenant.createManyAndReturn({ data: [tenant], skipDuplicates: true });
  const created = rows[0];
  if (!created) return null;
  await db.tenantSettings.create({ data: { tenantId: created.id } });
  return created;
}

export const findSettings = (db: TenantDb): Promise<TenantSettingsRow | null> => db.tenantSettings.findFirst();

export async function updateSettings(
  db: TenantDb,
  changes: Prisma.TenantSettingsUncheckedUpdateManyInput,
): Promise<void> {
  await db.tenantSettings.updateMany({ data: changes });
}

export async function updateProfile(
  db: TenantDb,
  changes: Prisma.TenantUncheckedUpdateManyInput,
): Promise<TenantRow | null> {
  const rows = await db.tenant.updateManyAndReturn({ where: notDeleted, data: changes });
  return rows[0] ?? null;
}
