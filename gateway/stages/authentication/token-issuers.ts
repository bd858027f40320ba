import { addressOfDomain, addressOfTenant } from '../../../subgraphs/_kernel/wire/tenant-address.js';
import type { TenantDirectory } from '../tenant/tenant-directory.js';
import type { TenantRequest } from '../tenant/tenant.js';

/** Who may have issued the tokens of a company: the platform, and the company's authorization server at its addresses. */
export interface TokenIssuers {
  /** @param issuer as the token names it, which is known to be genuine and for the request's own tenant */
  accept(issuer: string, request: Pick<TenantRequest, 'tenant' | 'requestId'>): Promise<boolean>;
}

/**
 * Every company signs with the same keys, so whose issuer it is has to be asked: the address of its subdomain, or that of
 * a domain that is its own at this moment.
 * @param publicUrl of the platform, which is the issuer of what it signs itself
 */
export function createTokenIssuers(publicUrl: string, directory: Pick<TenantDirectory, 'find'>): TokenIssuers {
  return {
    async accept(issuer, { tenant, requestId }) {
      if (issuer === publicUrl || issuer === addressOfTenant(publicUrl, tenant)) return true;
      const domain = URL.canParse(issuer) ? new URL(issuer).hostname : '';
      if (domain === '' || issuer !== addressOfDomain(publicUrl, domain)) return false;
      return (await directory.find({ host: domain }, requestId))?.id === tenant.id;
    },
  };
}
