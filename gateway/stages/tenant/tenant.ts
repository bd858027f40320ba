import { decodeJwt } from 'jose';
import { TOKEN_AUDIENCE } from '../../../subgraphs/_kernel/wire/access-token.js';
import { looksLikeApiKey } from '../../../subgraphs/_kernel/wire/api-key.js';
import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { TenantLookup } from '../../../subgraphs/_kernel/wire/tenant-lookup.js';
import { Refusal } from '../../refusal.js';
import type { IncomingRequest, Stage } from '../../request.js';
import { apiKeyIn, shownTokenOf } from '../authentication/bearer-token.js';
import { isSlug, meaningOfHost } from './host.js';
import type { TenantDirectory } from './tenant-directory.js';

/** A request of which it is known inside which company it happens. */
export interface TenantRequest extends IncomingRequest {
  readonly tenant: TenantIdentity;
  /** The company's own domain, where the request came to that. */
  readonly ownDomain?: string | undefined;
}

/** What an unverified token says of itself. It is only a hint: the next stage refuses every token that lies. */
interface TokenHint {
  readonly tenantId: string | null;
  readonly platform: boolean;
}

/** Which company a key belongs to. */
export interface KeyTenants {
  find(key: string, requestId: string): Promise<{ readonly tenantId: string } | null>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function hintOfToken(authorization: string | null): TokenHint {
  const shown = shownTokenOf(authorization);
  if (!shown) return { tenantId: null, platform: false };
  try {
    const claims = decodeJwt(shown.token);
    const tenantId = claims['tid'];
    return {
      tenantId: typeof tenantId === 'string' && UUID.test(tenantId) ? tenantId : null,
      platform: claims.aud === TOKEN_AUDIENCE.platform,
    };
  } catch {
    return { tenantId: null, platform: false };
  }
}

function lookupOfHint(hint: string): TenantLookup | null {
  const value = hint.toLowerCase();
  if (UUID.test(value)) return { id: value };
  return isSlug(value) ? { slug: value } : null;
}

const unknownTenant = (): Refusal => new Refusal('NOT_FOUND', 'There is no such tenant');

function notServed({ status }: TenantIdentity): Refusal | null {
  if (status === 'SUSPENDED') return new Refusal('TENANT_SUSPENDED', 'This tenant is suspended');
  if (status === 'CANCELLED') return new Refusal('TENANT_SUSPENDED', 'This tenant has been closed');
  return null;
}

/** Why the tenant that somebody is connected to is no longer served to her; staff of the platform it still is. */
export const refusalOfTenant = (caller: { readonly tenant: TenantIdentity; readonly principal: Principal }): Refusal | null =>
  caller.principal.kind === 'platform' ? null : notServed(caller.tenant);

/**
 * Resolves the tenant: Host, then the token's or the key's claim, then the hint. A hint that disagrees with what stands
 * before it is refused, never resolved; Host against token is compared by authentication, once the token is
 * known to be genuine.
 */
export function createTenantStage(
  directory: TenantDirectory,
  keys: KeyTenants,
  baseDomain: string,
): Stage<IncomingRequest, TenantRequest> {
  const ofHost = async (request: IncomingRequest): Promise<TenantIdentity | null> => {
    const meaning = meaningOfHost(request.host, baseDomain);
    if (meaning.kind === 'bare') return null;
    if (meaning.kind === 'unknown-subdomain') throw unknownTenant();
    const lookup = meaning.kind === 'subdomain' ? { slug: meaning.slug } : { host: meaning.host };
    const tenant = await directory.find(lookup, request.requestId);
    if (!tenant) throw unknownTenant();
    return tenant;
  };

  const ofHint = async (request: IncomingRequest): Promise<TenantIdentity | null> => {
    if (!request.tenantHint) return null;
    const lookup = lookupOfHint(request.tenantHint);
    const tenant = lookup ? await directory.find(lookup, request.requestId) : null;
    if (!tenant) throw unknownTenant();
    return tenant;
  };

  return async (request) => {
    const claimed = (await ofHost(request)) ?? (await ofClaim(request));
    const hinted = await ofHint(request);
    if (claimed && hinted && claimed.id !== hinted.id) {
      throw new Refusal('TENANT_MISMATCH', 'X-Tenant names another tenant than the host or the token');
    }
    const tenant = claimed ?? hinted ?? PLATFORM_TENANT;
    // Staff of the platform still reach a suspended tenant: they are who can lift the suspension.
    const refusal = tenant.status === 'ACTIVE' || hintOfToken(request.authorization).platform ? null : notServed(tenant);
    if (refusal) throw refusal;
    const meaning = meaningOfHost(request.host, baseDomain);
    return meaning.kind === 'custom-domain' ? { ...request, tenant, ownDomain: meaning.host } : { ...request, tenant };
  };

  async function hintOfKey(key: string, requestId: string): Promise<Pick<TokenHint, 'tenantId'>> {
    const known = looksLikeApiKey(key) ? await keys.find(key, requestId) : null;
    return { tenantId: known?.tenantId ?? null };
  }

  async function ofClaim(request: IncomingRequest): Promise<TenantIdentity | null> {
    const key = apiKeyIn(request.authorization);
    const { tenantId } = key ? await hintOfKey(key, request.requestId) : hintOfToken(request.authorization);
    if (!tenantId) return null;
    // A tenant that no longer exists leaves the token without a home; authentication says so.
    return directory.find({ id: tenantId }, request.requestId);
  }
}
