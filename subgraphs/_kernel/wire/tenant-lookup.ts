import type { TenantIdentity } from './tenant.js';

/**
 * Path at which tenancy answers which tenant a host, slug or id belongs to: `?host=`, `?slug=` or `?id=`,
 * 200 with a `TenantIdentity` as JSON or 404. Served to the platform itself only, never forwarded to a client.
 */
export const TENANT_LOOKUP_PATH = '/internal/tenant';

export type TenantLookup = { readonly host: string } | { readonly slug: string } | { readonly id: string };

export const tenantLookupSearch = (lookup: TenantLookup): string =>
  `?${new URLSearchParams({ ...lookup }).toString()}`;

export type TenantLookupAnswer = TenantIdentity | null;
