import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** @returns null for a company that has chosen none */
export async function findAccentColor(db: TenantDb): Promise<string | null> {
  return (await db.pageBrand.findFirst())?.accentColor ?? null;
}

export async function keepAccentColor(db: TenantDb, accentColor: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO identity.page_brand (accent_color) VALUES (${accentColor})
    ON CONFLICT (tenant_id) DO UPDATE SET accent_color = EXCLUDED.accent_color`;
}
