import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { RouteRequest } from '../../_kernel/wire/subgraph-route.js';
import type { CookieJar } from './cookies.js';
import type { Html } from './html.js';
import type { Page, Redirect } from './page.js';

/** Where a sign-out ends. */
export const SIGNED_OUT_PATH = '/account/signed-out';

/** One request for a page. */
export interface PageVisit {
  readonly context: RequestContext;
  readonly request: RouteRequest;
  readonly query: URLSearchParams;
  /** What was posted; empty for a GET. It came from a page of ours. */
  readonly form: URLSearchParams;
  readonly cookies: ReadonlyMap<string, string>;
  readonly jar: CookieJar;
  /** Belongs into every form. */
  readonly formToken: Html;
}

export type PageAnswer = Page | Redirect;

export interface PageHandlers {
  readonly path: string;
  readonly get: (visit: PageVisit) => Promise<PageAnswer>;
  readonly post?: (visit: PageVisit) => Promise<PageAnswer>;
}

/** What a form or an address says; empty where it says nothing. */
export const said = (values: URLSearchParams, name: string): string => values.get(name) ?? '';
