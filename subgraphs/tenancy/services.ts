import type { SettingsService } from './settings/settings.service.js';
import type { TenantService } from './tenant/tenant.service.js';

/** What tenancy's resolvers can call. */
export interface TenancyServices {
  readonly tenants: TenantService;
  readonly settings: SettingsService;
}
