import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { AskedAddresses } from '../own-domain/asked-address.js';
import type { SigningKeyService } from '../signing-key/signing-key.service.js';
import { createTenantProvider, type TenantProvider, type TenantProviderParts } from './tenant-provider.js';

/** Making one takes some milliseconds; what it keeps is in the database. */
const PROVIDERS_KEPT = 200;

export interface TenantServer extends TenantProvider {
  readonly issuer: string;
  readonly handle: (message: IncomingMessage, response: ServerResponse) => Promise<unknown>;
}

/**
 * The authorization servers of the tenants, one at each of their addresses, each made when first asked, and anew when the
 * keys have changed.
 */
export interface ProviderDirectory {
  /** @throws {NotFoundError} for a domain that is not, or no longer, the tenant's own */
  of(context: Pick<RequestContext, 'tenant' | 'origin'>): Promise<TenantServer>;
}

export function createProviderDirectory(
  parts: TenantProviderParts & { readonly signingKeys: SigningKeyService; readonly addresses: AskedAddresses },
): ProviderDirectory {
  const { signingKeys, addresses } = parts;
  const kept = new LRUCache<string, TenantServer>({ max: PROVIDERS_KEPT });
  return {
    async of(context) {
      const { tenant } = context;
      const { origin: issuer } = await addresses(context);
      const keys = await signingKeys.signingKeysOf('tenant');
      const name = [tenant.id, issuer, ...keys.map(({ kid }) => kid)].join(' ');
      const known = kept.get(name);
      if (known) return known;
      const made = createTenantProvider(tenant, issuer, keys, parts);
      const server: TenantServer = { ...made, issuer, handle: made.provider.callback() };
      kept.set(name, server);
      return server;
    },
  };
}
