import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import { hasPermission, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { findSettingsOf, type TenantRow, type TenantSettingsRow } from '../tenant/tenant.store.js';
import { settingsChangesSchema } from './settings.js';
import type { SettingsWriter } from './settings-writer.js';

export interface SettingsService {
  /** Of the request's own tenant, and for platform staff of any; null for one that cannot be seen. */
  of(context: RequestContext, tenantId: string): Promise<TenantSettingsRow | null>;
  /**
   * @throws {ForbiddenError} without `settings:update`
   * @throws {ValidationError}
   */
  update(context: RequestContext, input: unknown): Promise<TenantRow>;
}

export function createSettingsService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly writer: SettingsWriter;
}): SettingsService {
  const { tenants, platform, writer } = parts;

  const byTenant: LoaderDefinition<string, TenantSettingsRow | null> = {
    name: 'settingsByTenant',
    batch: async (context, ids) => {
      const db = hasPermission(context, 'platform:tenants:read') ? platform.db : tenants.of(context);
      return inKeyOrder(ids, await findSettingsOf(db, ids), (row) => row.tenantId);
    },
  };

  return {
    of: (context, tenantId) => context.loaders.of(context, byTenant).load(tenantId),
    async update(context, input) {
      requirePermission(context, 'settings:update');
      const changes = validate(settingsChangesSchema, input);
      const tenant = await tenants.transaction(context, (db) => writer.write(db, context, changes));
      context.loaders.clear();
      return tenant;
    },
  };
}
