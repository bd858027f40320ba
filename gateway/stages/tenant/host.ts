import { isIP } from 'node:net';

/** What a Host header says about the tenant. */
export type HostMeaning =
  | { readonly kind: 'bare' }
  | { readonly kind: 'subdomain'; readonly slug: string }
  | { readonly kind: 'unknown-subdomain' }
  | { readonly kind: 'custom-domain'; readonly host: string };

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Host header without port, brackets and trailing dot, in lower case. */
export function hostName(header: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(header.trim());
  if (bracketed?.[1]) return bracketed[1].toLowerCase();
  return header.trim().replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/**
 * The bare base domain, an address and the machine's own name belong to nobody. One label before the base
 * domain is a tenant's slug; anything else may be a domain a tenant has proved to own.
 */
export function meaningOfHost(host: string, baseDomain: string): HostMeaning {
  if (host === '' || host === baseDomain || host === 'localhost' || isIP(host) !== 0) return { kind: 'bare' };
  if (!host.endsWith(`.${baseDomain}`)) return { kind: 'custom-domain', host };
  const slug = host.slice(0, -baseDomain.length - 1);
  return SLUG.test(slug) ? { kind: 'subdomain', slug } : { kind: 'unknown-subdomain' };
}

export const isSlug = (value: string): boolean => SLUG.test(value);
