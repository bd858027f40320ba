import { legalLinksOf, type ChosenBrand } from '../../_kernel/branding/brand.js';
import type { RouteResponse } from '../../_kernel/wire/subgraph-route.js';
import { html, trusted, type Html } from './html.js';
import { styleOf, type PageColours } from './style.js';

/** One page, before it is dressed in the company's name and colour. */
export interface Page {
  readonly status?: number;
  readonly title: string;
  readonly body: Html;
  /** Said above everything: what went wrong, or what was done. */
  readonly notice?: { readonly kind: 'good' | 'bad'; readonly text: string } | undefined;
  /** Origins beside our own that a form may end up at. */
  readonly formTargets?: readonly string[];
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the browser elsewhere, with a GET. */
export interface Redirect {
  readonly to: string;
  readonly cookies?: readonly string[];
}

/** Whose pages they are, and how they look. */
export interface Brand extends PageColours, Pick<ChosenBrand, 'logoUrl' | 'supportEmail' | 'termsUrl' | 'privacyUrl' | 'imprintUrl'> {
  readonly name: string;
}

const logoOf = ({ logoUrl, name }: Brand): Html | null =>
  logoUrl === null ? null : html`<img class="logo" src="${logoUrl}" alt="${name}" referrerpolicy="no-referrer">`;

/** Whom to ask, and what law has a company show. */
function linksOf(brand: Brand): Html | null {
  const links = [
    ...(brand.supportEmail === null ? [] : [{ label: 'Help', url: `mailto:${brand.supportEmail}` }]),
    ...legalLinksOf(brand),
  ].map(({ label, url }, index) => html`${index === 0 ? '' : ' · '}<a href="${url}">${label}</a>`);
  return links.length === 0 ? null : html`<p class="links">${links}</p>`;
}

const noticeOf = ({ notice }: Page): Html | null =>
  notice
    ? notice.kind === 'bad'
      ? html`<p class="notice bad" role="alert">${notice.text}</p>`
      : html`<p class="notice" role="status">${notice.text}</p>`
    : null;

/** A page as it goes out: one sheet of style, no script, no picture but the company's logo, in no frame. */
export function rendered(page: Page, brand: Brand): RouteResponse {
  const { title, status = 200, formTargets = [], cookies = [], headers = {} } = page;
  const style = styleOf(brand);
  const policy = [
    "default-src 'none'",
    `style-src ${style.source}`,
    ...(brand.logoUrl === null ? [] : [`img-src ${new URL(brand.logoUrl).origin}`]),
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – ${brand.name}</title>
<style>${trusted(style.css)}</style>
</head>
<body>
<main>
${logoOf(brand)}
<p class="company">${brand.name}</p>
<h1>${title}</h1>
${noticeOf(page)}
${page.body}
${linksOf(brand)}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    },
    cookies,
    body: document.text,
  };
}

export const redirected = ({ to, cookies = [] }: Redirect): RouteResponse => ({
  status: 303,
  headers: { location: to, 'cache-control': 'no-store' },
  cookies,
  body: '',
});

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly inputMode?: 'numeric' | 'text';
}

/** A labelled input; what is wrong with it is said to those who hear the page, too. */
export function field({ name, label, type = 'text', autocomplete, value, hint, error, inputMode }: Field): Html {
  const described = [...(hint ? [`${name}-hint`] : []), ...(error ? [`${name}-error`] : [])].join(' ');
  const attributes = [
    ...(value ? [html` value="${value}"`] : []),
    ...(inputMode ? [html` inputmode="${inputMode}"`] : []),
    ...(described ? [html` aria-describedby="${described}"`] : []),
    ...(error ? [html` aria-invalid="true"`] : []),
  ];
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required maxlength="256"${attributes}>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : null}
${error ? html`<p class="wrong" id="${name}-error">${error}</p>` : null}
</div>`;
}

export const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;

export const button = (label: string, options: { readonly name?: string; readonly value?: string; readonly second?: boolean } = {}): Html =>
  html`<button type="submit"${options.second ? html` class="second"` : null}${
    options.name ? html` name="${options.name}" value="${options.value ?? ''}"` : null
  }>${label}</button>`;

export const PASSWORD_HINT =
  'At least 8 characters, among them a capital and a small letter, a number and a sign; and nothing that is easy to guess.';
