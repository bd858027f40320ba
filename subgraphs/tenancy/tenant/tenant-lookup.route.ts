import { json } from '../../_kernel/http/json-route.js';
import { isUuid } from '../../_kernel/request/ids.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { TENANT_LOOKUP_PATH, type TenantLookup } from '../../_kernel/wire/tenant-lookup.js';
import type { TenantService } from './tenant.service.js';

function lookupOf(search: string): TenantLookup | null {
  const query = new URLSearchParams(search);
  const slug = query.get('slug');
  const id = query.get('id');
  const host = query.get('host');
  if (slug) return { slug };
  if (id) return isUuid(id) ? { id } : null;
  return host ? { host } : null;
}

/** Answers the gateway which tenant a request is for. */
export const tenantLookupRoute = (tenants: TenantService): SubgraphRoute => ({
  method: 'GET',
  path: TENANT_LOOKUP_PATH,
  async handle(request, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const lookup = lookupOf(request.search);
    const tenant = lookup ? await tenants.lookUp(lookup) : null;
    return tenant ? json(200, tenant) : json(404);
  },
});
