import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfDomain, addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { isVerifiedDomain } from '../identity-provider/identity-provider.store.js';

/** By which of its addresses a company was asked. */
export interface AskedAddress {
  /** Without a slash at the end. */
  readonly origin: string;
  /** The company's own domain; null for its subdomain of the platform. */
  readonly domain: string | null;
}

/** @throws {NotFoundError} for a domain that the company has not shown to be its own, or has lost since */
export type AskedAddresses = (context: Pick<RequestContext, 'tenant' | 'origin'>) => Promise<AskedAddress>;

/**
 * The gateway finds the company by the domain already; what proves who somebody is does not go by that alone.
 * @param publicUrl of the platform
 */
export const createAskedAddresses =
  (tenants: TenantDatabase, publicUrl: string): AskedAddresses =>
  async ({ tenant, origin: { domain } }) => {
    if (domain === undefined) return { origin: addressOfTenant(publicUrl, tenant), domain: null };
    if (!(await isVerifiedDomain(tenants.of({ tenant }), domain))) throw new NotFoundError('Address');
    return { origin: addressOfDomain(publicUrl, domain), domain };
  };
