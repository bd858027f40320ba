import { Resolver } from 'node:dns/promises';

/** What the DNS says about one type of record of a name. */
export type DnsAnswer =
  | { readonly kind: 'found'; readonly values: readonly string[] }
  /** The name has no such record, or does not exist. */
  | { readonly kind: 'none' }
  /** Nobody could be asked, or what came is no answer. */
  | { readonly kind: 'no answer' };

/** Reads the public DNS. */
export interface DnsReader {
  /** Each value whole, whatever number of strings it came in. */
  texts(name: string): Promise<DnsAnswer>;
  alias(name: string): Promise<DnsAnswer>;
  /** IPv4 addresses. */
  addresses(name: string): Promise<DnsAnswer>;
}

const NONE = new Set(['ENODATA', 'ENOTFOUND']);

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

async function ask(read: Promise<readonly string[]>): Promise<DnsAnswer> {
  try {
    const values = await read;
    return values.length > 0 ? { kind: 'found', values } : { kind: 'none' };
  } catch (error) {
    return NONE.has(String(codeOf(error))) ? { kind: 'none' } : { kind: 'no answer' };
  }
}

/**
 * @param servers `address` or `address:port`; those of this machine's system when there are none
 * @param timeoutMs for the first try at each server; a second one waits longer
 */
export function createDnsReader(servers: readonly string[], timeoutMs = 2_000): DnsReader {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    texts: (name) => ask(resolver.resolveTxt(name).then((records) => records.map((strings) => strings.join('')))),
    alias: (name) => ask(resolver.resolveCname(name)),
    addresses: (name) => ask(resolver.resolve4(name)),
  };
}
