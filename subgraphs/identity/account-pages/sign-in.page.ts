import type { MagicLinkService } from '../session/magic-link.service.js';
import type { SecondStepService } from '../second-factor/second-step.service.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
import type { SessionService } from '../session/session.service.js';
import type { SignedIn } from '../session/sign-in.js';
import type { BrowserSessionService } from './browser-session.service.js';
import type { Errands } from './errand.js';
import type { Page } from './page.js';
import { refusalOf, refused, type PageRefusal } from './refusal.js';
import {
  askForMailPage,
  linkPage,
  mailedCodePage,
  passwordPage,
  secondFactorPage,
  SIGN_IN_PATH,
  type Errand,
} from './sign-in.forms.js';
import { said, type PageAnswer, type PageHandlers, type PageVisit } from './visit.js';

export interface SignInParts {
  readonly sessions: SessionService;
  readonly secondSteps: SecondStepService;
  readonly magicLinks: MagicLinkService;
  readonly browsers: BrowserSessionService;
  readonly errands: Errands;
}

export function signInPages(parts: SignInParts): readonly PageHandlers[] {
  const { sessions, secondSteps, magicLinks, browsers, errands } = parts;

  /** Whichever proof the form carries. */
  const prove = ({ context, form }: PageVisit): Promise<SignedIn> => {
    const challenge = said(form, 'challenge');
    if (challenge) return secondSteps.complete(context, { challenge, code: said(form, 'code') });
    const token = said(form, 'token');
    if (token) return magicLinks.consume(context, { token });
    const email = said(form, 'email');
    if (form.has('mailedCode')) {
      return magicLinks.consume(context, { email: email.trim().toLowerCase(), code: said(form, 'mailedCode').trim() });
    }
    return sessions.login(context, { email, password: said(form, 'password') });
  };

  /** The form that the wrong proof was in. */
  const again = (visit: PageVisit, errand: Errand, refusal: PageRefusal): Page => {
    const { form } = visit;
    if (form.has('challenge') && refusal.status === 429) {
      return refused(secondFactorPage(visit, errand, said(form, 'challenge')), refusal);
    }
    if (form.has('mailedCode')) return refused(mailedCodePage(visit, errand, said(form, 'email')), refusal);
    return refused(passwordPage(visit, errand, said(form, 'email')), refusal);
  };

  const signIn = async (visit: PageVisit): Promise<PageAnswer> => {
    const { form } = visit;
    const errand = await errands.of(visit, form);
    let signedIn: SignedIn;
    try {
      signedIn = await prove(visit);
    } catch (error) {
      if (error instanceof SecondFactorRequiredError) return secondFactorPage(visit, errand, error.challenge);
      return again(visit, errand, refusalOf(error));
    }
    return errands.signedIn(visit, errand, signedIn);
  };

  return [
    {
      path: SIGN_IN_PATH,
      async get(visit) {
        const { context, query, cookies, jar } = visit;
        const errand = await errands.of(visit, query);
        const token = said(query, 'token');
        if (token) return linkPage(visit, errand, token);
        const browser = await browsers.find(context, cookies.get(jar.session));
        if (browser && (!errand.waiting || errand.waiting.mayReuse)) return { to: await errands.goOn(visit, errand, browser) };
        return passwordPage(visit, errand, errand.waiting?.email ?? '');
      },
      post: signIn,
    },
    {
      path: `${SIGN_IN_PATH}/link`,
      get: async (visit) => askForMailPage(visit, await errands.of(visit, visit.query)),
      async post(visit) {
        const { context, form } = visit;
        const errand = await errands.of(visit, form);
        if (form.has('ask')) return askForMailPage(visit, errand);
        try {
          const { email } = await magicLinks.request(context, said(form, 'email'));
          return mailedCodePage(visit, errand, email);
        } catch (error) {
          return refused(askForMailPage(visit, errand), refusalOf(error));
        }
      },
    },
  ];
}
