import { IdentityProviderId } from '../ids.js';
import type { IdentityProviderRow } from '../identity-provider/identity-provider.store.js';
import type { AuthorizationRequest } from './authorization-requests.js';
import { html, type Html } from './html.js';
import { button, field, hidden, type Page } from './page.js';
import type { PageVisit } from './visit.js';

export const SIGN_IN_PATH = '/account/sign-in';
/** The way to a provider, and back from it. */
export const PROVIDER_PATH = `${SIGN_IN_PATH}/provider`;

/** What the page goes on with once somebody is signed in, kept in its forms. */
export interface Errand {
  readonly waiting: AuthorizationRequest | null;
  readonly next: string | null;
  /** Other ways in. */
  readonly providers: readonly IdentityProviderRow[];
}

const errandFields = ({ waiting, next }: Errand): Html =>
  html`${waiting ? hidden('interaction', waiting.uid) : null}${next ? hidden('continue', next) : null}`;

/** The errand in an address. */
export function errandQuery({ waiting, next }: Errand): Record<string, string> {
  return { ...(waiting ? { interaction: waiting.uid } : {}), ...(next ? { continue: next } : {}) };
}

const providerLinks = (errand: Errand): Html[] =>
  errand.providers.map(({ id, name }) => {
    const query = new URLSearchParams({ ...errandQuery(errand), provider: IdentityProviderId.encode(id) });
    return html`<p><a href="${PROVIDER_PATH}?${query.toString()}">Sign in with ${name}</a></p>`;
  });

const targetsOf = ({ waiting }: Errand): readonly string[] => waiting?.formTargets ?? [];

export function passwordPage(visit: PageVisit, errand: Errand, email: string): Page {
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
</form>
${providerLinks(errand)}`,
  };
}

export const secondFactorPage = (visit: PageVisit, errand: Errand, challenge: string): Page => ({
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
export const linkPage = (visit: PageVisit, errand: Errand, token: string): Page => ({
  title: 'Sign in',
  formTargets: targetsOf(errand),
  body: html`<p>You have opened the link that we sent you.</p>
<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}${hidden('token', token)}
${button('Sign in')}
</form>`,
});

export const askForMailPage = (visit: PageVisit, errand: Errand): Page => ({
  title: 'Sign in by mail',
  body: html`<p>We send you a link and a code. No password is needed.</p>
<form method="post" action="${SIGN_IN_PATH}/link">
${visit.formToken}${errandFields(errand)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' })}
${button('Send')}
</form>`,
});

export const mailedCodePage = (visit: PageVisit, errand: Errand, email: string): Page => ({
  title: 'Look into your mail',
  formTargets: targetsOf(errand),
  body: html`<p>If we know ${email}, a link and a code are on their way. They are good for ten minutes.</p>
<form method="post" action="${SIGN_IN_PATH}">
${visit.formToken}${errandFields(errand)}${hidden('email', email)}
${field({ name: 'mailedCode', label: 'Code', autocomplete: 'one-time-code', inputMode: 'numeric', hint: 'The six digits in the mail.' })}
${button('Sign in')}
</form>`,
});
