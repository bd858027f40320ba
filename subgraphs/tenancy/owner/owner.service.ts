import { groupByKey, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findOwnersOf, type OwnerRow } from './owner.store.js';

export interface OwnerService {
  /** Who answers for a company. @throws {ForbiddenError} without `platform:tenants:read` */
  of(context: RequestContext, tenantId: string): Promise<readonly OwnerRow[]>;
}

export function createOwnerService(platform: PlatformDatabase): OwnerService {
  const byTenant: LoaderDefinition<string, readonly OwnerRow[]> = {
    name: 'ownersByTenant',
    batch: async (_context, ids) => groupByKey(ids, await findOwnersOf(platform.db, ids), (row) => row.tenantId),
  };
  return {
    async of(context, tenantId) {
      requirePermission(context, 'platform:tenants:read');
      return context.loaders.of(context, byTenant).load(tenantId);
    },
  };
}
