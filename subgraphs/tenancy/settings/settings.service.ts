import type { Prisma } from '../../../prisma/generated/client.js';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { TenancyEvents } from '../events.js';
import { identityOf } from '../tenant/tenant.js';
import {
  findSettings,
  updateProfile,
  updateSettings,
  type TenantRow,
  type TenantSettingsRow,
} from '../tenant/tenant.store.js';
import { settingsChangesSchema, splitChanges } from './settings.js';

export interface SettingsService {
  /** Settings of the request's own tenant. */
  current(context: RequestContext): Promise<TenantSettingsRow | null>;
  /**
   * @throws {ForbiddenError} without `settings:update`
   * @throws {ValidationError}
   */
  update(context: RequestContext, input: unknown): Promise<TenantRow>;
}

export function createSettingsService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<TenancyEvents>;
}): SettingsService {
  const { tenants, outbox } = parts;
  return {
    current: (context) => findSettings(tenants.of(context)),
    async update(context, input) {
      requirePermission(context, 'settings:update');
      const changes = validate(settingsChangesSchema, input);
      const { profile, settings } = splitChanges(changes);
      return tenants.transaction(context, async (db) => {
        await updateSettings(db, settings as Prisma.TenantSettingsUncheckedUpdateManyInput);
        const tenant = await updateProfile(db, profile as Prisma.TenantUncheckedUpdateManyInput);
        if (!tenant) throw new NotFoundError('Tenant');
        await outbox.emit(db, context, 'tenancy.tenant_changed', {
          tenant: identityOf(tenant),
          fields: Object.keys({ ...profile, ...settings }),
        });
        return tenant;
      });
    },
  };
}
