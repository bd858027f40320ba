import { isPlatformTenant, PLATFORM_TENANT } from '../_kernel/wire/tenant.js';
import { foreignEntity } from '../_kernel/graphql/foreign-entity.js';
import { TenantId } from '../tenancy/ids.js';
import { builder } from './builder.js';

/** The company as tenancy knows it; operations only says which. */
export const TenantRef = foreignEntity(builder, 'Tenant');

/** @returns null for what belongs to the platform itself and to no company */
export const tenantOf = ({ tenantId }: { readonly tenantId: string }): { id: string } | null =>
  isPlatformTenant({ ...PLATFORM_TENANT, id: tenantId }) ? null : { id: TenantId.encode(tenantId) };
