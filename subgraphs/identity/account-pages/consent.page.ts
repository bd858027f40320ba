import type { AuthorizationRequest, AuthorizationRequests } from './authorization-requests.js';
import type { BrowserSessionService } from './browser-session.service.js';
import { html } from './html.js';
import { button, hidden, type Page } from './page.js';
import { said, type PageHandlers, type PageVisit } from './visit.js';

const PATH = '/account/consent';

const IN_WORDS: Readonly<Record<string, string>> = {
  openid: 'know that it is you',
  profile: 'see your name, picture, language and time zone',
  email: 'see your e-mail address',
  offline_access: 'go on while you are away, until you sign out',
};

const OVER: Page = {
  status: 410,
  title: 'This took too long',
  body: html`<p>Go back to the program that sent you here, and try again.</p>`,
};

const consentPage = (visit: PageVisit, { uid, clientName, scopes, formTargets }: AuthorizationRequest): Page => ({
  title: `Allow ${clientName}?`,
  formTargets,
  body: html`<p><strong>${clientName}</strong> would like to</p>
<ul>${scopes.map((scope) => html`<li>${IN_WORDS[scope] ?? scope}</li>`)}</ul>
<form method="post" action="${PATH}">
${visit.formToken}${hidden('interaction', uid)}
${button('Allow', { name: 'decision', value: 'allow' })}
${button('Do not allow', { name: 'decision', value: 'refuse', second: true })}
</form>
<p class="hint">You can take it back at any time.</p>`,
});

/** Asks somebody whether a client may have what it asks for. */
export function consentPages(parts: {
  readonly browsers: BrowserSessionService;
  readonly requests: AuthorizationRequests;
}): readonly PageHandlers[] {
  const { browsers, requests } = parts;

  const waitingFor = async ({ context, request }: PageVisit, given: URLSearchParams): Promise<AuthorizationRequest | null> => {
    const waiting = await requests.find(context, request, 'consent');
    return waiting?.uid === said(given, 'interaction') ? waiting : null;
  };

  return [
    {
      path: PATH,
      async get(visit) {
        const waiting = await waitingFor(visit, visit.query);
        return waiting ? consentPage(visit, waiting) : OVER;
      },
      async post(visit) {
        const { context, request, form, cookies, jar } = visit;
        if (!(await waitingFor(visit, form))) return OVER;
        if (said(form, 'decision') !== 'allow') return { to: await requests.refused(context, request) };
        const browser = await browsers.find(context, cookies.get(jar.session));
        return browser ? { to: await requests.consented(context, request, browser) } : OVER;
      },
    },
  ];
}
