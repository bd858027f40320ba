import type { IdentityProviderService } from '../identity-provider/identity-provider.service.js';
import type { SignedIn } from '../session/sign-in.js';
import type { AuthorizationRequests } from './authorization-requests.js';
import type { BrowserSession, BrowserSessionService } from './browser-session.service.js';
import { ownPath } from './return-address.js';
import { passwordPage, type Errand } from './sign-in.forms.js';
import { said, type PageAnswer, type PageVisit } from './visit.js';

/** What somebody has come to sign in for, and the going on with it once she has. */
export interface Errands {
  of(visit: PageVisit, given: URLSearchParams): Promise<Errand>;
  goOn(visit: PageVisit, errand: Errand, browser: BrowserSession): Promise<string>;
  /** Lets the browser have the session, and sends it on. @param cookies set beside its own */
  signedIn(visit: PageVisit, errand: Errand, signedIn: SignedIn, cookies?: readonly string[]): Promise<PageAnswer>;
}

export function createErrands(parts: {
  readonly identityProviders: Pick<IdentityProviderService, 'offered'>;
  readonly browsers: BrowserSessionService;
  readonly requests: AuthorizationRequests;
}): Errands {
  const { identityProviders, browsers, requests } = parts;

  const goOn: Errands['goOn'] = async ({ context, request }, errand, browser) =>
    errand.waiting ? requests.signedIn(context, request, browser) : (errand.next ?? '/account');

  return {
    goOn,
    async of({ context, request }, given) {
      const waiting = given.has('interaction') ? await requests.find(context, request, 'login') : null;
      return {
        waiting: waiting?.uid === said(given, 'interaction') ? waiting : null,
        next: ownPath(given.get('continue')),
        providers: await identityProviders.offered(context),
      };
    },
    async signedIn(visit, errand, { sessionId }, cookies = []) {
      const { context, jar } = visit;
      const cookie = await browsers.open(context, sessionId);
      const browser = await browsers.find(context, cookie);
      if (!browser) return passwordPage(visit, errand, '');
      return { to: await goOn(visit, errand, browser), cookies: [jar.set(jar.session, cookie), ...cookies] };
    },
  };
}
