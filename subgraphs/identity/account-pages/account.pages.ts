import type { SessionService } from '../session/session.service.js';
import type { UserService } from '../user/user.service.js';
import { asMember, type BrowserSessionService } from './browser-session.service.js';
import { html } from './html.js';
import { button } from './page.js';
import { SIGN_IN_PATH } from './sign-in.page.js';
import type { PageHandlers, PageVisit } from './visit.js';

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
}): readonly PageHandlers[] {
  const { sessions, browsers, users } = parts;

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
      get: async (visit) => ({ title: 'Sign out', body: signOutForm(visit) }),
      async post({ context, cookies, jar }) {
        // Whoever signed in to clients from here is signed out of them, too: that has a page of its own.
        if (cookies.has(CLIENTS_COOKIE)) return { to: SIGN_OUT_OF_CLIENTS };
        const browser = await browsers.find(context, cookies.get(jar.session));
        if (browser) await sessions.logout(asMember(context, browser));
        return {
          title: 'Signed out',
          cookies: [jar.set(jar.session, '', 0)],
          body: html`<p><a href="${SIGN_IN_PATH}">Sign in again</a></p>`,
        };
      },
    },
  ];
}
