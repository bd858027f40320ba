import { createHash } from 'node:crypto';
import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import type { RouteRequest, RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { contextOfVisit } from '../account-pages/account-pages.route.js';
import { asMember, type BrowserSessionService } from '../account-pages/browser-session.service.js';
import { cookiesIn, createCookieJar } from '../account-pages/cookies.js';
import type { SessionService } from '../session/session.service.js';
import { createExchange } from './in-process-exchange.js';
import type { ProviderDirectory } from './provider-directory.js';
import type { RequestContexts } from './request-contexts.js';
import { formTargetsOf, WHOLE_ACCOUNT } from './server-pages.js';
import { END_SESSION_PATH, OIDC_ROOT } from './tenant-provider.js';

const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

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
  readonly isSecure: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly SubgraphRoute[] {
  const { providers, contexts, browsers, sessions, isSecure } = parts;
  const jar = createCookieJar(isSecure);

  const handle = async (request: RouteRequest, envelope: Envelope): Promise<RouteResponse> => {
    const context = contextOfVisit(envelope, parts);
    const { issuer, handle: ask } = await providers.of(context.tenant);
    const browser = await browsers.find(context, cookiesIn(request.headers['cookie']).get(jar.session));
    const { message, response, answered } = createExchange(request, issuer, context.origin.ip);
    contexts.remember(message, { context, browser });
    await ask(message, response);
    const answer = withPolicy(await answered);
    if (answer.status !== 303 || !endsAccount(request)) return answer;
    if (browser) await sessions.logout(asMember(context, browser));
    return { ...answer, cookies: [...(answer.cookies ?? []), jar.set(jar.session, '', 0)] };
  };

  return [
    ...DISCOVERY.map((path): SubgraphRoute => ({ method: 'GET', path, handle })),
    ...(['GET', 'POST'] as const).map((method): SubgraphRoute => ({ method, path: OIDC_ROOT, below: true, handle })),
  ];
}
