import { meaningOfHost, hostName } from '../stages/tenant/host.js';
import type { ClientFacts } from './client-address.js';
import type { TenantDirectory } from '../stages/tenant/tenant-directory.js';

type AskedHost = Pick<ClientFacts, 'host' | 'secure'>;

/** By which of the web's origins a host of ours may be read. */
export interface OriginPolicy {
  /**
   * @param origin value of the Origin header
   * @param asked the address and how it was reached, as far as those on the way are trusted
   * @throws {Refusal} SUBGRAPH_UNAVAILABLE when tenancy cannot be asked
   */
  allows(origin: string, asked: AskedHost, requestId: string): Promise<boolean>;
}

export interface OriginRules {
  readonly baseDomain: string;
  /** Whether pages served by this machine, on any port and without TLS, count as the domain they are under. */
  readonly localOrigins: boolean;
  readonly directory: TenantDirectory;
}

const HOST = /^(?:[a-z0-9-]+\.)*[a-z0-9-]+$/;
const DEFAULT_PORT = /:(?:80|443)$/;

function urlOfOrigin(origin: string): URL | null {
  if (!URL.canParse(origin)) return null;
  const url = new URL(origin);
  // Only what a browser would send: `null`, extensions, files and anything with a path or a user are nobody's.
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.origin === origin.toLowerCase() && HOST.test(url.hostname) ? url : null;
}

/**
 * A page may read a tenant's answers when it stands at an address of that same tenant: its subdomain, or a domain
 * it has proved to own. An origin is never repeated back for any other reason, and there is no `*`.
 */
export function createOriginPolicy({ baseDomain, localOrigins, directory }: OriginRules): OriginPolicy {
  const tenantIdOf = async (host: string, requestId: string): Promise<string | null | undefined> => {
    const meaning = meaningOfHost(host, baseDomain);
    if (meaning.kind === 'bare') return host === baseDomain || localOrigins ? null : undefined;
    if (meaning.kind === 'unknown-subdomain') return undefined;
    const lookup = meaning.kind === 'subdomain' ? { slug: meaning.slug } : { host: meaning.host };
    return (await directory.find(lookup, requestId))?.id;
  };

  /** By TLS and at the very port that was asked, save on a developer's machine. */
  const isAsSafe = (origin: URL, { host, secure }: AskedHost): boolean => {
    if (localOrigins) return true;
    const port = /:(\d+)$/.exec(host.replace(DEFAULT_PORT, ''))?.[1] ?? '';
    // Where the gateway itself is reached without TLS, its own pages come without it as well.
    const isSecure = origin.protocol === 'https:' || (!secure && hostName(host) === origin.hostname);
    return isSecure && origin.port === port;
  };

  return {
    async allows(origin, askedHost, requestId) {
      const url = urlOfOrigin(origin);
      if (!url || !isAsSafe(url, askedHost)) return false;
      const asked = await tenantIdOf(hostName(askedHost.host), requestId);
      if (asked === undefined) return false;
      return (await tenantIdOf(hostName(url.host), requestId)) === asked;
    },
  };
}
