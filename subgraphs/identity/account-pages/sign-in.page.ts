import type { MagicLinkService } from '../session/magic-link.service.js';
import type { SecondStepService } from '../second-factor/second-step.service.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
import type { SessionService } from '../session/session.service.js';
import type { SignedIn } from '../session/sign-in.js';
import type { AuthorizationRequest, AuthorizationRequests } from './authorization-requests.js';
import type { BrowserSession, BrowserSessionService } from './browser-session.service.js';
import { html, type Html } from './html.js';
import { button, field, hidden, type Page } from './page.js';
import { refusalOf, refused, type PageRefusal } from './refusal.js';
import { ownPath } from './return-address.js';
import { said, type PageAnswer, type PageHandlers, type PageVisit } from './visit.js';

export const SIGN_IN_PATH = '/account/sign-in';

export interface SignInParts {
  readonly sessions: SessionService;
  readonly secondSteps: SecondStepService;
  readonly magicLinks: MagicLinkService;
  readonly browsers: BrowserSessionService;
  readonly requests: AuthorizationRequests;
}

/** What the page goes on with once somebody is signed in, kept in its forms. */
interface Errand {
  readonly waiting: AuthorizationRequest | null;
  readonly next: string | null;
}

const errandFields = ({ waiting, next }: Errand): Html =>
  html`${waiting ? hidden('interaction', waiting.uid) : null}${next ? hidden('continue', next) : null}`;

const targetsOf = ({ waiting }: Errand): readonly string[] => waiting?.formTargets ?? [];

function passwordPage(visit: PageVisit, errand: Errand, email: string): Page {
  const { waiting } = errand;
  return {
    title: 'Sign in',
    formTargets: targetsOf(errand),
    body: html`${waiting ? html`<p>to go on to <strong>${waiting.clientName}</strong></p>` : null}
<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: email })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
${button('Sign in')}
</form>
<p><a href="/account/reset-password">Forgotten your password?</a></p>
<form method="post" action="${SIGN_IN_PATH}/link">
${visit.formToken}${errandFields(errand)}
${hidden('ask', '1')}${button('Sign in by mail instead', { second: true })}
</form>`,
  };
}

const secondFactorPage = (visit: PageVisit, errand: Errand, challenge: string): Page => ({
  title: 'One more step',
  formTargets: targetsOf(errand),
  body: html`<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}${hidden('challenge', challenge)}
${field({
  name: 'code',
  label: 'Code',
  autocomplete: 'one-time-code',
  hint: 'Six digits from your authenticator app, or one of your recovery codes.',
})}
${button('Go on')}
</form>
<p><a href="${SIGN_IN_PATH}">Begin again</a></p>`,
});

/** A link alone signs nobody in: what looks at links in mails before their readers do would use it up. */
const linkPage = (visit: PageVisit, errand: Errand, token: string): Page => ({
  title: 'Sign in',
  formTargets: targetsOf(errand),
  body: html`<p>You have opened the link that we sent you.</p>
<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}${hidden('token', token)}
${button('Sign in')}
</form>`,
});

const askForMailPage = (visit: PageVisit, errand: Errand): Page => ({
  title: 'Sign in by mail',
  body: html`<p>We send you a link and a code. No password is needed.</p>
<form method="post" action="${SIGN_IN_PATH}/link">
${visit.formToken}${errandFields(errand)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' })}
${button('Send')}
</form>`,
});

const mailedCodePage = (visit: PageVisit, errand: Errand, email: string): Page => ({
  title: 'Look into your mail',
  formTargets: targetsOf(errand),
  body: html`<p>If we know ${email}, a link and a code are on their way. They are good for ten minutes.</p>
<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}${hidden('email', email)}
${field({ name: 'mailedCode', label: 'Code', autocomplete: 'one-time-code', inputMode: 'numeric', hint: 'The six digits in the mail.' })}
${button('Sign in')}
</form>`,
});

export function signInPages(parts: SignInParts): readonly PageHandlers[] {
  const { sessions, secondSteps, magicLinks, browsers, requests } = parts;

  const errandOf = async ({ context, request }: PageVisit, given: URLSearchParams): Promise<Errand> => {
    const waiting = given.has('interaction') ? await requests.find(context, request, 'login') : null;
    return {
      waiting: waiting?.uid === said(given, 'interaction') ? waiting : null,
      next: ownPath(given.get('continue')),
    };
  };

  const goOn = async ({ context, request }: PageVisit, errand: Errand, browser: BrowserSession): Promise<string> =>
    errand.waiting ? requests.signedIn(context, request, browser) : (errand.next ?? '/account');

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
    const { context, form, jar } = visit;
    const errand = await errandOf(visit, form);
    let signedIn: SignedIn;
    try {
      signedIn = await prove(visit);
    } catch (error) {
      if (error instanceof SecondFactorRequiredError) return secondFactorPage(visit, errand, error.challenge);
      return again(visit, errand, refusalOf(error));
    }
    const cookie = await browsers.open(context, signedIn.sessionId);
    const browser = await browsers.find(context, cookie);
    if (!browser) return passwordPage(visit, errand, '');
    return { to: await goOn(visit, errand, browser), cookies: [jar.set(jar.session, cookie)] };
  };

  return [
    {
      path: SIGN_IN_PATH,
      async get(visit) {
        const { context, query, cookies, jar } = visit;
        const errand = await errandOf(visit, query);
        const token = said(query, 'token');
        if (token) return linkPage(visit, errand, token);
        const browser = await browsers.find(context, cookies.get(jar.session));
        if (browser && (!errand.waiting || errand.waiting.mayReuse)) return { to: await goOn(visit, errand, browser) };
        return passwordPage(visit, errand, errand.waiting?.email ?? '');
      },
      post: signIn,
    },
    {
      path: `${SIGN_IN_PATH}/link`,
      get: async (visit) => askForMailPage(visit, await errandOf(visit, visit.query)),
      async post(visit) {
        const { context, form } = visit;
        const errand = await errandOf(visit, form);
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
