import type { ConfigEntry, Prisma } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';

export type ConfigEntryRow = ConfigEntry;

/** Which entries are meant: one, or those below a prefix, or all. */
export type ConfigSelection = { readonly key: string } | { readonly prefix: string } | Record<string, never>;

const whereOf = (selection: ConfigSelection): Prisma.ConfigEntryWhereInput =>
  'prefix' in selection ? { key: { startsWith: `${selection.prefix}.` } } : selection;

const sorted = { orderBy: { key: 'asc' }, take: 500 } as const;

export const findEntries = (db: TenantDb, selection: ConfigSelection): Promise<ConfigEntryRow[]> =>
  db.configEntry.findMany({ where: whereOf(selection), ...sorted });

/** What holds for whoever has set nothing. */
export const findDefaults = (db: PlatformDb, selection: ConfigSelection): Promise<ConfigEntryRow[]> =>
  db.configEntry.findMany({ where: { AND: [{ tenantId: PLATFORM_TENANT.id }, whereOf(selection)] }, ...sorted });

export async function setEntry(db: TenantDb, key: string, value: unknown, at: Date): Promise<void> {
  await db.$executeRaw`
    INSERT INTO tenancy.config_entry (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at})
    ON CONFLICT (tenant_id, key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at`;
}

export async function removeEntries(db: TenantDb, keys: readonly string[]): Promise<void> {
  await db.configEntry.deleteMany({ where: { key: { in: [...keys] } } });
}

export const countEntries = (db: TenantDb): Promise<number> => db.configEntry.count();

/** Until the transaction ends nobody else changes what the tenant has set. */
export async function lockEntries(db: TenantDb): Promise<void> {
  await db.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended('tenancy.config_entry:' || kernel.current_tenant_id(), 0))`;
}
