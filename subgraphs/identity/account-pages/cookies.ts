/** The cookies of a request, each by its name; of one that comes twice the first counts. */
export function cookiesIn(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

/**
 * Cookies of a company's pages. Where the pages are served by TLS, the prefix keeps sibling subdomains from setting
 * one in our place.
 */
export interface CookieJar {
  readonly session: string;
  readonly form: string;
  /** What proves, to who comes back from a provider, that she set out here. */
  readonly provider: string;
  /** Where to go on, once a provider has heard of a sign-out. */
  readonly afterSignOut: string;
  /** @param seconds it is kept for; 0 takes it away, undefined keeps it while the browser is open */
  set(name: string, value: string, seconds?: number): string;
}

export function createCookieJar(isSecure: boolean): CookieJar {
  const prefix = isSecure ? '__Host-' : '';
  return {
    session: `${prefix}spine-session`,
    form: `${prefix}spine-form`,
    provider: `${prefix}spine-provider`,
    afterSignOut: `${prefix}spine-after-sign-out`,
    set: (name, value, seconds) =>
      [
        `${name}=${value}`,
        'Path=/',
        'HttpOnly',
        'SameSite=Lax',
        ...(isSecure ? ['Secure'] : []),
        ...(seconds === undefined ? [] : [`Max-Age=${seconds}`]),
      ].join('; '),
  };
}
