import type { Prisma } from '../../../prisma/generated/client.js';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
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
   */
  write(
    db: TenantDb,
    context: RequestContext,
    changes: SettingsChanges,
    appointmentTypes?: PreferencesChosen['appointmentTypes'],
  ): Promise<TenantRow>;
}

export const createSettingsWriter = (outbox: Outbox<TenancyEvents>): SettingsWriter => ({
  async write(db, context, changes, appointmentTypes = []) {
    const { profile, settings } = splitChanges(changes);
    await updateSettings(db, settings as Prisma.TenantSettingsUncheckedUpdateManyInput);
    const tenant = await updateProfile(db, profile as Prisma.TenantUncheckedUpdateManyInput);
    if (!tenant) throw new NotFoundError('Tenant');
    await outbox.emit(db, context, 'tenancy.tenant_changed', {
      tenant: identityOf(tenant),
      fields: Object.keys({ ...profile, ...settings }),
      ...(changes.accentColor ? { accentColor: changes.accentColor } : {}),
    });
    const { slotMinutes } = changes;
    if (slotMinutes !== undefined) {
      await outbox.emit(db, context, 'tenancy.preferences_chosen', { slotMinutes, appointmentTypes });
    }
    return tenant;
  },
});
