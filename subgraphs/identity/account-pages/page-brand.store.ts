import { shownBrand, type ChosenBrand } from '../../_kernel/branding/brand.js';
import { DEFAULT_ACCENT } from '../../_kernel/branding/colour.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { hasFeature } from '../../_kernel/flags/plan-feature.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Brand } from './page.js';

/** How the pages of the company look that was asked. */
export type PageBrands = (context: RequestContext) => Promise<Brand>;

export const createPageBrands = (tenants: TenantDatabase, flags: Flags): PageBrands => async (context) => {
  const row = await tenants.of(context).pageBrand.findFirst();
  // Written by us, as tenancy told it.
  const chosen = shownBrand(hasFeature(flags, context, 'custom_branding'), (row?.brand ?? null) as unknown as ChosenBrand | null);
  const name = chosen.displayName ?? context.tenant.name;
  return { ...chosen, name, accentColor: row?.accentColor ?? DEFAULT_ACCENT };
};

export async function keepAccentColor(db: TenantDb, accentColor: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO identity.page_brand (accent_color) VALUES (${accentColor})
    ON CONFLICT (tenant_id) DO UPDATE SET accent_color = EXCLUDED.accent_color`;
}

export async function keepBrand(db: TenantDb, brand: ChosenBrand): Promise<void> {
  await db.$executeRaw`
    INSERT INTO identity.page_brand (brand) VALUES (${JSON.stringify(brand)}::jsonb)
    ON CONFLICT (tenant_id) DO UPDATE SET brand = EXCLUDED.brand`;
}
