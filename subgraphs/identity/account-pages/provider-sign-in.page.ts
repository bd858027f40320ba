import { newSecret } from '../identity-provider/attempt.js';
import type { FederatedSignInService } from '../identity-provider/federated-sign-in.service.js';
import { IdentityProviderId } from '../ids.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
import { challengeOf } from '../../_kernel/wire/secret-hash.js';
import type { Errands } from './errand.js';
import { refusalOf, refused } from './refusal.js';
import { errandQuery, passwordPage, PROVIDER_PATH, secondFactorPage, SIGN_IN_PATH, type Errand } from './sign-in.forms.js';
import { said, type PageAnswer, type PageHandlers, type PageVisit } from './visit.js';

/** How long the browser keeps what proves that it was the one that set out. */
const AWAY_SECONDS = 10 * 60;
const REFUSED = 'The sign-in at the provider came to nothing.';

/** The way to a provider of the company and back: whoever comes back has to be whoever set out. */
export function providerSignInPage(parts: { readonly federatedSignIn: FederatedSignInService; readonly errands: Errands }): PageHandlers {
  const { federatedSignIn, errands } = parts;

  const setOut = ({ jar }: PageVisit, errand: Errand, provider: string): PageAnswer => {
    if (IdentityProviderId.decode(provider) === null) return { to: SIGN_IN_PATH };
    const verifier = newSecret();
    const comeBack = new URLSearchParams(errandQuery(errand)).toString();
    const query = new URLSearchParams({
      return_to: comeBack === '' ? PROVIDER_PATH : `${PROVIDER_PATH}?${comeBack}`,
      challenge: challengeOf(verifier),
    });
    return { to: `/sso/${provider}/start?${query.toString()}`, cookies: [jar.set(jar.provider, verifier, AWAY_SECONDS)] };
  };

  const comeBack = async (visit: PageVisit, errand: Errand, code: string): Promise<PageAnswer> => {
    const { context, cookies, jar } = visit;
    const over = [jar.set(jar.provider, '', 0)];
    try {
      const signedIn = await federatedSignIn.complete(context, code, cookies.get(jar.provider) ?? '');
      return await errands.signedIn(visit, errand, signedIn, over);
    } catch (error) {
      if (error instanceof SecondFactorRequiredError) return { ...secondFactorPage(visit, errand, error.challenge), cookies: over };
      return { ...refused(passwordPage(visit, errand, ''), refusalOf(error)), cookies: over };
    }
  };

  return {
    path: PROVIDER_PATH,
    async get(visit) {
      const { query } = visit;
      const errand = await errands.of(visit, query);
      const code = said(query, 'sso_code');
      if (code) return comeBack(visit, errand, code);
      if (query.has('sso_error')) return { ...passwordPage(visit, errand, ''), notice: { kind: 'bad', text: REFUSED } };
      return setOut(visit, errand, said(query, 'provider'));
    },
  };
}
