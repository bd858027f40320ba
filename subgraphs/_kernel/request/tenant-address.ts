import { isPlatformTenant, type TenantIdentity } from '../wire/tenant.js';

/**
 * Where a tenant is reached: its subdomain of the platform's address, without a slash at the end.
 * @param publicUrl of the platform, such as `https://spine.example`
 */
export function addressOfTenant(publicUrl: string, tenant: TenantIdentity): string {
  const url = new URL(publicUrl);
  if (!isPlatformTenant(tenant)) url.hostname = `${tenant.slug}.${url.hostname}`;
  return url.origin;
}
