import { DomainError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import { httpStatusOf } from '../../_kernel/wire/error-codes.js';
import type { RouteRequest, RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { IdentityProviderId } from '../ids.js';
import { SIGNED_OUT_PATH } from '../account-pages/visit.js';
import { SsoRefusal } from './attempt.js';
import type { LogoutMessage } from './saml-logout.js';
import type { SingleLogoutService } from './single-logout.service.js';
import type { SsoService } from './sso.service.js';

/** Below it every provider has a place of its own: `/sso/idp_…/start`. */
const SSO_PATH = '/sso';

const text = (status: number, body: string): RouteResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

/** As GET whatever was asked: what a form held is not sent on. */
const redirect = (location: string): RouteResponse => ({ status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' });

/**
 * The way to identity providers and back:
 * `GET …/start?return_to=&challenge=`, `GET …/callback` of OIDC, `POST …/acs` and `GET …/metadata` of SAML,
 * and `GET …/slo`, `POST …/slo` of its Single Logout.
 */
export function ssoRoutes(parts: {
  readonly sso: SsoService;
  readonly logout: SingleLogoutService;
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly SubgraphRoute[] {
  const { sso, logout, clock, logger } = parts;

  const contextOf = ({ tenant, principal, origin }: Envelope): RequestContext => ({
    tenant,
    principal,
    origin,
    clock,
    logger: logger.child({ requestId: origin.requestId, tenantId: tenant.id }),
    loaders: new Loaders(),
  });

  /** The answer to what was asked of the provider ends here; what it asks for is carried out, if it holds. */
  const logOut = async (context: RequestContext, providerId: string, message: LogoutMessage): Promise<RouteResponse> => {
    const said = message.binding === 'POST' ? message.form : new URLSearchParams(message.search);
    if (said.has('SAMLResponse')) return redirect(SIGNED_OUT_PATH);
    try {
      return redirect(await logout.carryOut(context, providerId, message));
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      context.logger.warn({ reason: error.message }, 'a request to log out does not hold');
      return text(400, 'This request to log out does not hold');
    }
  };

  const respond = async (context: RequestContext, { method, path, search, body }: RouteRequest): Promise<RouteResponse> => {
    const [id = '', step, ...more] = path.slice(SSO_PATH.length + 1).split('/');
    const providerId = IdentityProviderId.require(id);
    const query = new URLSearchParams(search);
    switch (more.length === 0 ? `${method} ${step ?? ''}` : '') {
      case 'GET start': {
        const asked = { returnTo: query.get('return_to') ?? '/', challenge: query.get('challenge') ?? '' };
        return redirect(await sso.start(context, providerId, asked));
      }
      case 'GET callback':
        return redirect(await sso.answer(context, providerId, { kind: 'OIDC', search }));
      case 'POST acs': {
        const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
        const [response, relayState] = [form.get('SAMLResponse') ?? '', form.get('RelayState') ?? ''];
        return redirect(await sso.answer(context, providerId, { kind: 'SAML', response, relayState }));
      }
      case 'GET slo':
        return logOut(context, providerId, { binding: 'REDIRECT', search });
      case 'POST slo':
        return logOut(context, providerId, { binding: 'POST', form: new URLSearchParams(Buffer.from(body).toString('utf8')) });
      case 'GET metadata': {
        const headers = { 'content-type': 'application/samlmetadata+xml; charset=utf-8', 'cache-control': 'no-store' };
        return { status: 200, headers, body: await sso.metadata(context, providerId) };
      }
      default:
        throw new NotFoundError('Page');
    }
  };

  const handle: SubgraphRoute['handle'] = async (request, envelope) => {
    const context = contextOf(envelope);
    try {
      return await respond(context, request);
    } catch (error) {
      if (error instanceof DomainError) return text(httpStatusOf(error.code), error.message);
      if (!(error instanceof SsoRefusal)) throw error;
      context.logger.warn({ reason: error.message }, 'an identity provider could not be asked');
      return text(502, 'The identity provider cannot be reached, or is another than it says');
    }
  };

  return (['GET', 'POST'] as const).map((method) => ({ method, path: SSO_PATH, below: true, handle }));
}
