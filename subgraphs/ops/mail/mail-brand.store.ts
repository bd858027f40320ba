import { legalLinksOf, shownBrand, type ChosenBrand } from '../../_kernel/branding/brand.js';
import { DEFAULT_ACCENT } from '../../_kernel/branding/colour.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { hasFeature } from '../../_kernel/flags/plan-feature.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Brand } from './templates/layout.js';

export interface MailBrand extends Brand {
  /** In whose name mails are sent. */
  readonly senderName: string;
}

/** How the mails of a company look now. */
export async function findMailBrand(db: TenantDb, flags: Flags, context: RequestContext): Promise<MailBrand> {
  const { tenant } = context;
  const row = await db.mailBrand.findFirst();
  // Written by us, as tenancy told it.
  const chosen = shownBrand(hasFeature(flags, context, 'custom_branding'), (row?.brand ?? null) as unknown as ChosenBrand | null);
  const name = chosen.displayName ?? tenant.name;
  return {
    name,
    senderName: chosen.mailSenderName ?? name,
    accentColor: row?.accentColor ?? DEFAULT_ACCENT,
    logoUrl: chosen.logoUrl,
    supportEmail: chosen.supportEmail,
    links: legalLinksOf(chosen),
  };
}

export async function keepMailAccent(db: TenantDb, accentColor: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.mail_brand (accent_color) VALUES (${accentColor})
    ON CONFLICT (tenant_id) DO UPDATE SET accent_color = EXCLUDED.accent_color`;
}

export async function keepMailBrand(db: TenantDb, brand: ChosenBrand): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.mail_brand (brand) VALUES (${JSON.stringify(brand)}::jsonb)
    ON CONFLICT (tenant_id) DO UPDATE SET brand = EXCLUDED.brand`;
}

export async function keepMailLocale(db: TenantDb, locale: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.mail_brand (locale) VALUES (${locale})
    ON CONFLICT (tenant_id) DO UPDATE SET locale = EXCLUDED.locale`;
}
