import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { addressOfTenant } from '../../_kernel/request/tenant-address.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { SigningKeyService } from '../signing-key/signing-key.service.js';
import { createTenantProvider, type TenantProvider, type TenantProviderParts } from './tenant-provider.js';

/** Making one takes some milliseconds; what it keeps is in the database. */
const PROVIDERS_KEPT = 200;

export interface TenantServer extends TenantProvider {
  readonly issuer: string;
  readonly handle: (message: IncomingMessage, response: ServerResponse) => Promise<unknown>;
}

/** The authorization servers of the tenants, each made when first asked, and anew when the keys have changed. */
export interface ProviderDirectory {
  of(tenant: TenantIdentity): Promise<TenantServer>;
}

export function createProviderDirectory(
  parts: TenantProviderParts & { readonly signingKeys: SigningKeyService; readonly publicUrl: string },
): ProviderDirectory {
  const { signingKeys, publicUrl } = parts;
  const kept = new LRUCache<string, TenantServer>({ max: PROVIDERS_KEPT });
  return {
    async of(tenant) {
      const issuer = addressOfTenant(publicUrl, tenant);
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
