import { isPlatformTenant, PLATFORM_TENANT } from '../_kernel/wire/tenant.js';
import { TenantId } from '../tenancy/ids.js';
import { builder } from './builder.js';

/** The company as tenancy knows it; operations only says which. */
export const TenantRef = builder
  .externalRef('Tenant', builder.keyDirective(builder.selection<{ id: string }>('id'), false))
  .implement({
    description: 'A company that runs on the platform.',
    fields: (t) => ({ id: t.id({ description: 'Global id.', resolve: (tenant) => tenant.id }) }),
  });

/** @returns null for what belongs to the platform itself and to no company */
export const tenantOf = ({ tenantId }: { readonly tenantId: string }): { id: string } | null =>
  isPlatformTenant({ ...PLATFORM_TENANT, id: tenantId }) ? null : { id: TenantId.encode(tenantId) };
