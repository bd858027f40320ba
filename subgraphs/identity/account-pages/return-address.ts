/** Where one may be sent on to from the pages: pages of ours, by their path. */
const OWN_PAGES = ['/account', '/oidc'];
const ORIGIN = 'http://own.invalid';

/**
 * Where to go on, if it is one of our own pages; null for anything else, so that nobody is sent to another site by a
 * link that begins with our name.
 */
export function ownPath(asked: string | null): string | null {
  // Browsers take a backslash for a slash, and drop line breaks: `/\\other.example` would leave this host.
  if (asked === null || !/^\/[\w\-./?=&%~+:]*$/.test(asked) || !URL.canParse(asked, ORIGIN)) return null;
  const url = new URL(asked, ORIGIN);
  const isOwn = url.origin === ORIGIN && OWN_PAGES.some((page) => url.pathname === page || url.pathname.startsWith(`${page}/`));
  return isOwn ? url.pathname + url.search : null;
}
