import type { Prisma } from '../../../prisma/generated/client.js';
import { shownBrand } from '../../_kernel/branding/brand.js';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { hasFeature } from '../../_kernel/flags/plan-feature.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { issuesOfAccent } from '../branding/branding.js';
import { findBranding } from '../branding/branding.store.js';
import type { PreferencesChosen, TenancyEvents } from '../events.js';
import { identityOf } from '../tenant/tenant.js';
import { updateProfile, updateSettings, type TenantRow } from '../tenant/tenant.store.js';
import { splitChanges, type SettingsChanges } from './settings.js';

/** The one way by which a company's own choices are written. */
export interface SettingsWriter {
  /**
   * Writes what is named, in the caller's transaction, and tells everybody.
   * @param appointmentTypes services that are offered from now on
   * @throws {NotFoundError} for a company that was deleted meanwhile
   * @throws {ValidationError} for a colour that cannot be read on the background it is shown on
   */
  write(
    db: TenantDb,
    context: RequestContext,
    changes: SettingsChanges,
    appointmentTypes?: PreferencesChosen['appointmentTypes'],
  ): Promise<TenantRow>;
}

async function requireLegible(db: TenantDb, flags: Flags, context: RequestContext, accentColor: string): Promise<void> {
  const { backgroundColor } = shownBrand(hasFeature(flags, context, 'custom_branding'), await findBranding(db));
  const issues = issuesOfAccent(accentColor, backgroundColor);
  if (issues.length > 0) throw new ValidationError(issues);
}

export const createSettingsWriter = (outbox: Outbox<TenancyEvents>, flags: Flags): SettingsWriter => ({
  async write(db, context, changes, appointmentTypes = []) {
    const { profile, settings } = splitChanges(changes);
    if (changes.accentColor !== undefined) await requireLegible(db, flags, context, changes.accentColor);
    await updateSettings(db, settings as Prisma.TenantSettingsUncheckedUpdateManyInput);
    const tenant = await updateProfile(db, profile as Prisma.TenantUncheckedUpdateManyInput);
    if (!tenant) throw new NotFoundError('Tenant');
    await outbox.emit(db, context, 'tenancy.tenant_changed', {
      tenant: identityOf(tenant),
      fields: Object.keys({ ...profile, ...settings }),
      ...(changes.accentColor ? { accentColor: changes.accentColor } : {}),
      ...(changes.locale ? { locale: changes.locale } : {}),
    });
    const { slotMinutes } = changes;
    if (slotMinutes !== undefined) {
      await outbox.emit(db, context, 'tenancy.preferences_chosen', { slotMinutes, appointmentTypes });
    }
    return tenant;
  },
});
