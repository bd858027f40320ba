import type { SessionService } from '../session/session.service.js';
import type { UserService } from '../user/user.service.js';
import type { SingleLogoutService } from '../identity-provider/single-logout.service.js';
import { formTargetsOf } from '../oidc/server-pages.js';
import { asMember, type BrowserSession, type BrowserSessionService } from './browser-session.service.js';
import { html } from './html.js';
import { button, type Page } from './page.js';
import { SIGN_IN_PATH } from './sign-in.forms.js';
import { SIGNED_OUT_PATH, type PageHandlers, type PageVisit } from './visit.js';

const SIGN_OUT_PATH = '/account/sign-out';

/** Where the authorization server knows a browser by, and where it lets it go. */
const CLIENTS_COOKIE = 'spine-oidc';
const SIGN_OUT_OF_CLIENTS = '/oidc/session/end';

const TRIAL_OVER = 'The trial is over: everything can be read, and nothing be changed, until a plan is chosen.';

/** What one finds when there is nowhere else to go, and the way out. */
export function accountPages(parts: {
  readonly sessions: SessionService;
  readonly browsers: BrowserSessionService;
  readonly users: UserService;
  readonly singleLogouts: SingleLogoutService;
}): readonly PageHandlers[] {
  const { sessions, browsers, users, singleLogouts } = parts;

  /** The provider that hears of a sign-out, as a place where the form ends up. */
  const targetsOf = async (visit: PageVisit, browser: BrowserSession | null): Promise<readonly string[]> =>
    browser ? formTargetsOf(await singleLogouts.urlAfter(visit.context, browser.session.id)) : [];

  const signedOutPage: Page = { title: 'Signed out', body: html`<p><a href="${SIGN_IN_PATH}">Sign in again</a></p>` };

  const signOutForm = (visit: PageVisit) => html`<form method="post" action="${SIGN_OUT_PATH}">
${visit.formToken}${button('Sign out', { second: true })}
</form>`;

  return [
    {
      path: '/account',
      async get(visit) {
        const { context, cookies, jar } = visit;
        const browser = await browsers.find(context, cookies.get(jar.session));
        if (!browser) return { to: SIGN_IN_PATH };
        const user = await users.find(asMember(context, browser), browser.membership.userId);
        return {
          title: 'You are signed in',
          formTargets: await targetsOf(visit, browser),
          body: html`<p>as <strong>${user?.displayName ?? ''}</strong></p>${signOutForm(visit)}`,
        };
      },
    },
    {
      // Where mails about the end of a trial lead to.
      path: '/account/plan',
      get: ({ context: { tenant } }) =>
        Promise.resolve({
          title: 'Your plan',
          ...(tenant.status === 'TRIAL_EXPIRED' ? { notice: { kind: 'bad', text: TRIAL_OVER } } : {}),
          body: html`<p>${tenant.name} is on the plan <strong>${tenant.plan.toLowerCase()}</strong>.</p>
<p>An owner of the company chooses another one in its settings.</p>`,
        }),
    },
    {
      path: SIGN_OUT_PATH,
      async get(visit) {
        const browser = await browsers.find(visit.context, visit.cookies.get(visit.jar.session));
        return { title: 'Sign out', formTargets: await targetsOf(visit, browser), body: signOutForm(visit) };
      },
      async post({ context, cookies, jar }) {
        // Whoever signed in to clients from here is signed out of them, too: that has a page of its own.
        if (cookies.has(CLIENTS_COOKIE)) return { to: SIGN_OUT_OF_CLIENTS };
        const browser = await browsers.find(context, cookies.get(jar.session));
        const away = [jar.set(jar.session, '', 0)];
        if (!browser) return { ...signedOutPage, cookies: away };
        const elsewhere = await singleLogouts.urlAfter(context, browser.session.id);
        await sessions.logout(asMember(context, browser));
        return elsewhere === null ? { ...signedOutPage, cookies: away } : { to: elsewhere, cookies: away };
      },
    },
    {
      // Where a provider sends her back to that was told of it.
      path: SIGNED_OUT_PATH,
      get({ cookies, jar }) {
        const next = decodeURIComponent(cookies.get(jar.afterSignOut) ?? '');
        const isOver = [jar.set(jar.afterSignOut, '', 0)];
        return Promise.resolve(next === '' ? signedOutPage : { to: next, cookies: isOver });
      },
    },
  ];
}
