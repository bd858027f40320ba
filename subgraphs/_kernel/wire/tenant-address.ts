import type { RequestOrigin } from './envelope.js';
import { isPlatformTenant, type TenantIdentity } from './tenant.js';

/**
 * Where a tenant is reached: its subdomain of the platform's address, without a slash at the end.
 * @param publicUrl of the platform, such as `https://spine.example`
 */
export function addressOfTenant(publicUrl: string, tenant: TenantIdentity): string {
  return isPlatformTenant(tenant) ? new URL(publicUrl).origin : addressOfSlug(publicUrl, tenant.slug);
}

/** The same, for a tenant of which only its subdomain is known. */
export function addressOfSlug(publicUrl: string, slug: string): string {
  const url = new URL(publicUrl);
  url.hostname = `${slug}.${url.hostname}`;
  return url.origin;
}

/**
 * Where a tenant was asked: its own domain, where the request came to that, or else its subdomain of the platform. An own
 * domain is reached as the platform is.
 */
export function addressAsked(publicUrl: string, asked: { readonly tenant: TenantIdentity; readonly origin: RequestOrigin }): string {
  const { tenant, origin } = asked;
  return origin.domain === undefined ? addressOfTenant(publicUrl, tenant) : addressOfDomain(publicUrl, origin.domain);
}

/** The address of a company's own domain, without a slash at the end. */
export function addressOfDomain(publicUrl: string, domain: string): string {
  const url = new URL(publicUrl);
  url.hostname = domain;
  return url.origin;
}
