import { NOTHING_CHOSEN, shownBrand, type ChosenBrand } from '../../_kernel/branding/brand.js';
import { DEFAULT_ACCENT } from '../../_kernel/branding/colour.js';
import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { hasFeature, requireFeature } from '../../_kernel/flags/plan-feature.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../events.js';
import { lockOwnTenant } from '../settings/lock-own-tenant.js';
import type { SettingsWriter } from '../settings/settings-writer.js';
import { findSettingsOf } from '../tenant/tenant.store.js';
import { brandingChangesSchema, issuesOfColours, type Branding } from './branding.js';
import { findBranding, saveBranding } from './branding.store.js';

export interface BrandingService {
  /** How the company looks whose address was asked; null at the address of the platform itself. */
  current(context: RequestContext): Promise<Branding | null>;
  /**
   * Changes what is named, on its pages and in its mails.
   * @throws {ForbiddenError} without `settings:update`, or where the plan has no branding of its own
   * @throws {ValidationError} also for colours that cannot be read on one another
   */
  update(context: RequestContext, input: unknown): Promise<Branding>;
}

export function createBrandingService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<TenancyEvents>;
  readonly settings: SettingsWriter;
  readonly flags: Flags;
}): BrandingService {
  const { tenants, outbox, settings, flags } = parts;

  const accentOf = async (db: TenantDb, tenantId: string): Promise<string> =>
    (await findSettingsOf(db, [tenantId]))[0]?.accentColor ?? DEFAULT_ACCENT;

  const brandingOf = (context: RequestContext, accentColor: string, chosen: ChosenBrand | null): Branding => {
    const isCustom = hasFeature(flags, context, 'custom_branding');
    return { ...shownBrand(isCustom, chosen), accentColor, isCustom };
  };

  return {
    async current(context) {
      const { tenant } = context;
      if (isPlatformTenant(tenant)) return null;
      const db = tenants.of(context);
      const [accentColor, chosen] = await Promise.all([accentOf(db, tenant.id), findBranding(db)]);
      return brandingOf(context, accentColor, chosen);
    },

    async update(context, input) {
      requirePermission(context, 'settings:update');
      const { tenant } = context;
      requireFeature(flags, context, 'custom_branding');
      const { accentColor, ...changes } = validate(brandingChangesSchema, input);
      return tenants.transaction(context, async (db) => {
        await lockOwnTenant(db);
        const [before, accentBefore] = [await findBranding(db), await accentOf(db, tenant.id)];
        const named = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<ChosenBrand>;
        const brand: ChosenBrand = { ...NOTHING_CHOSEN, ...before, ...named };
        const accent = accentColor ?? accentBefore;
        // Who changes something else is not stopped by colours of before there was a rule.
        const isRecoloured = accentColor !== undefined || 'backgroundColor' in named || 'textColor' in named;
        const issues = isRecoloured ? issuesOfColours({ ...brand, accentColor: accent }) : [];
        if (issues.length > 0) throw new ValidationError(issues);
        await saveBranding(db, named, before === null);
        if (accent !== accentBefore) await settings.write(db, context, { accentColor: accent });
        await outbox.emit(db, context, 'tenancy.branding_changed', { fields: Object.keys(named), brand });
        return brandingOf(context, accent, brand);
      });
    },
  };
}
