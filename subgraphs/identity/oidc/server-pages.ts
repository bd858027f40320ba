import type { KoaContextWithOIDC } from 'oidc-provider';
import { html, trusted } from '../account-pages/html.js';
import type { PageBrands } from '../account-pages/page-brand.store.js';
import { rendered, type Page } from '../account-pages/page.js';
import type { SingleLogoutService } from '../identity-provider/single-logout.service.js';
import type { AskedBy } from './request-contexts.js';

/** Sent along when somebody signs out of everything, and not only of a client. */
export const WHOLE_ACCOUNT = 'account';

/** Where a form may end up, in words of a policy: an origin, or the scheme of a program on the own machine. */
export function formTargetsOf(...uris: readonly unknown[]): readonly string[] {
  return uris
    .filter((uri): uri is string => typeof uri === 'string' && URL.canParse(uri))
    .map((uri) => new URL(uri))
    .map(({ protocol, origin }) => (protocol === 'https:' || protocol === 'http:' ? origin : protocol));
}

/** The few pages that the authorization server shows of itself, dressed like all others. */
export function createServerPages(parts: {
  readonly brandOf: PageBrands;
  readonly askedBy: (ctx: KoaContextWithOIDC) => AskedBy;
  readonly singleLogouts: SingleLogoutService;
}) {
  const { brandOf, askedBy, singleLogouts } = parts;
  const show = async (ctx: KoaContextWithOIDC, page: Page): Promise<void> => {
    const { context } = askedBy(ctx);
    const { status, headers, body } = rendered(page, await brandOf(context));
    ctx.status = status;
    ctx.set({ ...headers });
    ctx.body = body;
  };
  return {
    /** @param form with what proves that the page was ours; it has no button yet */
    async signOut(ctx: KoaContextWithOIDC, form: string): Promise<void> {
      const { context, browser } = askedBy(ctx);
      const provider = browser && (await singleLogouts.urlAfter(context, browser.session.id));
      await show(ctx, {
        title: 'Sign out',
        formTargets: formTargetsOf(ctx.oidc.params?.['post_logout_redirect_uri'], provider),
        body: html`<p>Do you want to sign out of ${ctx.oidc.client?.clientName ?? 'this account'}?</p>
${trusted(form)}
<input type="hidden" name="${WHOLE_ACCOUNT}" value="1" form="op.logoutForm">
<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button type="submit" form="op.logoutForm" class="second">Stay signed in</button>`,
      });
    },
    signedOut: (ctx: KoaContextWithOIDC): Promise<void> =>
      show(ctx, { title: 'Signed out', body: html`<p><a href="/account/sign-in">Sign in again</a></p>` }),
    failed: (ctx: KoaContextWithOIDC, error: string, description: string): Promise<void> =>
      show(ctx, {
        status: ctx.status,
        title: 'This cannot be done',
        notice: { kind: 'bad', text: description || error },
        body: html`<p>The program that sent you here has made a mistake, or took too long (${error}).</p>`,
      }),
  };
}
