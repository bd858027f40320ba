import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import type { TenancyEvents } from './events.js';
import { schema } from './schema.js';
import type { TenancyServices } from './services.js';
import { createSettingsService } from './settings/settings.service.js';
import { tenantLookupRoute } from './tenant/tenant-lookup.route.js';
import { createTenantService } from './tenant/tenant.service.js';

/** The companies that run on the platform. */
export function createTenancy(runtime: SubgraphRuntime): Subgraph<TenancyServices> {
  const { tenants, platform } = runtime.database;
  const outbox = runtime.outbox.for<TenancyEvents>();
  const tenantService = createTenantService({ tenants, platform, outbox });
  return {
    name: 'tenancy',
    schema,
    services: { tenants: tenantService, settings: createSettingsService({ tenants, outbox }) },
    reactions: [],
    routes: [tenantLookupRoute(tenantService)],
    schedules: [],
  };
}
