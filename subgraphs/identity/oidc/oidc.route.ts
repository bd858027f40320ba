import { createHash } from 'node:crypto';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { json } from '../../_kernel/http/json-route.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import type { RouteRequest, RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { contextOfVisit } from '../account-pages/account-pages.route.js';
import { asMember, type BrowserSessionService } from '../account-pages/browser-session.service.js';
import { cookiesIn, createCookieJar } from '../account-pages/cookies.js';
import type { SingleLogoutService } from '../identity-provider/single-logout.service.js';
import type { SessionService } from '../session/session.service.js';
import { createExchange } from './in-process-exchange.js';
import type { ProviderDirectory } from './provider-directory.js';
import type { RequestContexts } from './request-contexts.js';
import { formTargetsOf, WHOLE_ACCOUNT } from './server-pages.js';
import { END_SESSION_PATH, OIDC_ROOT } from './tenant-provider.js';

const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

/** How long somebody may be with the provider that signs her out, too, and still end where she was to. */
const AWAY_SECONDS = 10 * 60;

/** The only pages with a script of the server's own: they post themselves, or are posted where scripts are off. */
function withPolicy(response: RouteResponse): RouteResponse {
  const { headers, body } = response;
  const isPage = (headers['content-type'] ?? '').startsWith('text/html');
  if (!isPage || headers['content-security-policy']?.includes('form-action')) return response;
  const [, script] = /<script>([\s\S]*?)<\/script>/.exec(body) ?? [];
  const [, action = ''] = /<form [^>]*action="([^"]*)"/.exec(body) ?? [];
  const policy = [
    "default-src 'none'",
    ...(script ? [`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`] : []),
    `form-action ${["'self'", ...formTargetsOf(action.replaceAll('&amp;', '&'))].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  return { ...response, headers: { ...headers, 'content-security-policy': policy } };
}

/** Whether the form is that by which somebody signs out of everything. */
function endsAccount({ path, method, body }: RouteRequest): boolean {
  if (method !== 'POST' || path !== `${END_SESSION_PATH}/confirm`) return false;
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  return form.get('logout') === 'yes' && form.get(WHOLE_ACCOUNT) === '1';
}

/** The authorization server of the tenant that is asked (OAuth 2.0, OpenID Connect). */
export function oidcRoutes(parts: {
  readonly providers: ProviderDirectory;
  readonly contexts: RequestContexts;
  readonly browsers: BrowserSessionService;
  readonly sessions: SessionService;
  readonly singleLogouts: SingleLogoutService;
  readonly isSecure: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly SubgraphRoute[] {
  const { providers, contexts, browsers, sessions, singleLogouts, isSecure } = parts;
  const jar = createCookieJar(isSecure);

  /** By way of the provider that she signed in by; where she was to end, the browser keeps in mind. */
  const byWayOf = (provider: string, { headers, cookies = [], ...answer }: RouteResponse): RouteResponse => {
    const end = jar.set(jar.afterSignOut, encodeURIComponent(headers['location'] ?? ''), AWAY_SECONDS);
    return { ...answer, headers: { ...headers, location: provider }, cookies: [...cookies, end] };
  };

  const serve = async (request: RouteRequest, context: RequestContext): Promise<RouteResponse> => {
    const { issuer, handle: ask } = await providers.of(context);
    const browser = await browsers.find(context, cookiesIn(request.headers['cookie']).get(jar.session));
    const { message, response, answered } = createExchange(request, issuer, context.origin.ip);
    contexts.remember(message, { context, browser });
    await ask(message, response);
    const answer = withPolicy(await answered);
    if (answer.status !== 303 || !endsAccount(request)) return answer;
    const away = { ...answer, cookies: [...(answer.cookies ?? []), jar.set(jar.session, '', 0)] };
    if (!browser) return away;
    const elsewhere = await singleLogouts.urlAfter(context, browser.session.id);
    await sessions.logout(asMember(context, browser));
    return elsewhere === null ? away : byWayOf(elsewhere, away);
  };

  const handle = async (request: RouteRequest, envelope: Envelope): Promise<RouteResponse> => {
    const context = contextOfVisit(envelope, parts);
    try {
      return await serve(request, context);
    } catch (error) {
      // At a domain that is not, or no longer, the company's.
      if (error instanceof NotFoundError) return json(404, { error: 'not_found' });
      throw error;
    }
  };

  return [
    ...DISCOVERY.map((path): SubgraphRoute => ({ method: 'GET', path, handle })),
    ...(['GET', 'POST'] as const).map((method): SubgraphRoute => ({ method, path: OIDC_ROOT, below: true, handle })),
  ];
}
