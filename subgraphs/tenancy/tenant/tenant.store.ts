import type { Prisma, Tenant, TenantSettings } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Plan, TenantStatus } from '../../_kernel/wire/tenant.js';

export type TenantRow = Tenant;
export type TenantSettingsRow = TenantSettings;

export const TENANT_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

/** Which companies are listed; all that are not deleted, where nothing is said. */
export interface TenantFilter {
  readonly status?: TenantStatus | undefined;
  readonly plan?: Plan | undefined;
  /** Part of a name or a subdomain. */
  readonly search?: string | undefined;
  /** Those that were deleted instead of the others. */
  readonly deleted?: boolean | undefined;
}

const notDeleted = { deletedAt: null } as const;

/** A part as it stands, not a pattern. */
const containing = (part: string) => ({
  contains: part.replaceAll(/[\\%_]/g, (character) => `\\${character}`),
  mode: 'insensitive' as const,
});

const conditionOf = ({ status, plan, search, deleted }: TenantFilter): Prisma.TenantWhereInput => ({
  ...(deleted ? { deletedAt: { not: null } } : notDeleted),
  ...(status ? { status } : {}),
  ...(plan ? { plan } : {}),
  ...(search ? { OR: [{ name: containing(search) }, { slug: containing(search) }] } : {}),
});

export const findTenantBySlug = (db: PlatformDb, slug: string): Promise<TenantRow | null> =>
  db.tenant.findFirst({ where: { slug, ...notDeleted } });

export const findTenantsByIds = (db: PlatformDb | TenantDb, ids: readonly string[]): Promise<TenantRow[]> =>
  db.tenant.findMany({ where: { id: { in: [...ids] }, ...notDeleted } });

export const findTenantsEvenDeleted = (db: PlatformDb, ids: readonly string[]): Promise<TenantRow[]> =>
  db.tenant.findMany({ where: { id: { in: [...ids] } } });

export function findTenantsPage(db: PlatformDb, page: Page, filter: TenantFilter): Promise<TenantRow[]> {
  const { where, ...rest } = keysetQuery(page, TENANT_SORT);
  return db.tenant.findMany({ where: { AND: [conditionOf(filter), where] }, ...rest });
}

export const countTenants = (db: PlatformDb, filter: TenantFilter): Promise<number> =>
  db.tenant.count({ where: conditionOf(filter) });

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

/** @returns null for an unknown or deleted one */
export async function changeTenant(
  db: PlatformDb,
  id: string,
  changes: Prisma.TenantUncheckedUpdateManyInput,
): Promise<TenantRow | null> {
  const rows = await db.tenant.updateManyAndReturn({ where: { id, ...notDeleted }, data: changes });
  return rows[0] ?? null;
}

/** Everything the company starts with is there. A second time changes nothing. */
export async function markProvisioned(db: TenantDb, provisionedAt: Date): Promise<void> {
  await db.tenant.updateMany({ where: { provisionedAt: null }, data: { provisionedAt } });
}

export const findSettingsOf = (
  db: PlatformDb | TenantDb,
  tenantIds: readonly string[],
): Promise<TenantSettingsRow[]> => db.tenantSettings.findMany({ where: { tenantId: { in: [...tenantIds] } } });

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
