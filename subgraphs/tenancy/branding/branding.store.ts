import { NOTHING_CHOSEN, type ChosenBrand } from '../../_kernel/branding/brand.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** @returns null for a company that has chosen nothing */
export const findBranding = (db: TenantDb): Promise<ChosenBrand | null> =>
  db.branding.findFirst({ omit: { tenantId: true, updatedAt: true } });

export async function saveBranding(db: TenantDb, chosen: Partial<ChosenBrand>, isNew: boolean): Promise<void> {
  if (isNew) await db.branding.create({ data: { ...NOTHING_CHOSEN, ...chosen }, select: { tenantId: true } });
  else await db.branding.updateMany({ data: chosen });
}
