import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import type { RouteRequest, RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { cookiesIn, createCookieJar } from './cookies.js';
import { formTokenOf, isFormKey, isOwnForm, newFormKey } from './form-guard.js';
import { html } from './html.js';
import type { PageBrands } from './page-brand.store.js';
import { hidden, redirected, rendered, type Page } from './page.js';
import { said, type PageHandlers, type PageVisit } from './visit.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const LONGEST_FORM_BYTES = 16 * 1_024;
const ROOT = '/account';

const NOT_FOUND: Page = { status: 404, title: 'There is nothing here', body: html`<p><a href="${ROOT}">Your account</a></p>` };
const FOREIGN_FORM: Page = {
  status: 403,
  title: 'Please try again',
  notice: { kind: 'bad', text: 'This form was open for too long, or does not come from here.' },
  body: html`<p>Cookies have to be allowed for this page. <a href="${ROOT}">Begin again</a></p>`,
};

export interface AccountPagesParts {
  readonly pages: readonly PageHandlers[];
  readonly brandOf: PageBrands;
  /** Whether the outside reaches the pages by TLS. */
  readonly isSecure: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who asks for a page shows it by a cookie, if at all: to begin with she is nobody. */
export const contextOfVisit = (
  { tenant, principal, origin }: Envelope,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): RequestContext => ({
  tenant,
  principal,
  origin,
  clock,
  logger: logger.child({ requestId: origin.requestId, tenantId: tenant.id }),
  loaders: new Loaders(),
});

function formOf({ body, headers }: RouteRequest): URLSearchParams {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== FORM_TYPE || body.length > LONGEST_FORM_BYTES) return new URLSearchParams();
  return new URLSearchParams(Buffer.from(body).toString('utf8'));
}

/** The pages by which people sign in, and those that links in mails lead to. They are plain HTML, and need no script. */
export function accountPagesRoutes(parts: AccountPagesParts): readonly SubgraphRoute[] {
  const { pages, brandOf, isSecure } = parts;
  const jar = createCookieJar(isSecure);

  const answerOf = async (handlers: PageHandlers | undefined, method: string, visit: PageVisit, isOwn: boolean) => {
    const handle = method === 'POST' ? handlers?.post : handlers?.get;
    if (!handle) return NOT_FOUND;
    if (method === 'POST' && !isOwn) return FOREIGN_FORM;
    return handle(visit).catch((error: unknown) => {
      // Such as a domain that is not, or no longer, the company's.
      if (error instanceof NotFoundError) return NOT_FOUND;
      throw error;
    });
  };

  const handle = async (request: RouteRequest, envelope: Envelope): Promise<RouteResponse> => {
    const context = contextOfVisit(envelope, parts);
    const cookies = cookiesIn(request.headers['cookie']);
    const known = cookies.get(jar.form);
    const formKey = isFormKey(known) ? known : newFormKey();
    const form = formOf(request);
    const visit: PageVisit = {
      context,
      request,
      query: new URLSearchParams(request.search),
      form,
      cookies,
      jar,
      formToken: hidden('form', formTokenOf(formKey)),
    };
    const isOwn = isOwnForm({ formKey: known, token: said(form, 'form'), fetchSite: request.headers['sec-fetch-site'] });
    const handlers = pages.find(({ path }) => path === request.path);
    const answer = await answerOf(handlers, request.method, visit, isOwn);
    const kept = known === formKey ? [] : [jar.set(jar.form, formKey)];
    const withCookies = { ...answer, cookies: [...(answer.cookies ?? []), ...kept] };
    if ('to' in withCookies) return redirected(withCookies);
    return rendered(withCookies, await brandOf(context));
  };

  return (['GET', 'POST'] as const).map((method) => ({ method, path: ROOT, below: true, handle }));
}
