import { Client } from 'undici';

export interface Form {
  readonly action: string;
  /** Hidden fields, and what a button says of itself. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface LoadedPage {
  /** Path and query it was found at. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly title: string;
  readonly forms: readonly Form[];
  /** Where the browser was sent away from the host; null where it was not. */
  readonly leftFor: URL | null;
}

/** A browser without scripts, as far as the pages need one: it keeps cookies by path, follows redirects and posts forms. */
export interface Browser {
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<LoadedPage>;
  /** Fills the form of a page in that leads to `action`, the first one by default, and sends it. */
  submit(page: LoadedPage, fields?: Readonly<Record<string, string>>, action?: string): Promise<LoadedPage>;
  post(path: string, fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<LoadedPage>;
  cookies(): readonly string[];
}

const MOST_REDIRECTS = 10;

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescape = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? '');

const attribute = (tag: string, name: string): string => unescape(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

function formsIn(text: string): readonly Form[] {
  return [...text.matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => ({
    action: attribute(form, 'action'),
    fields: Object.fromEntries(
      [...form.matchAll(/<input type="hidden"[^>]*>/g)].map(([input]) => [attribute(input, 'name'), attribute(input, 'value')]),
    ),
  }));
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

function cookieOf(header: string): Cookie & { readonly isGone: boolean } {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const named = (name: string): string | undefined =>
    attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const expires = named('expires');
  const isGone = named('max-age') === '0' || (expires !== undefined && new Date(expires) < new Date());
  return { name: pair.slice(0, at), value: pair.slice(at + 1), path: named('path') ?? '/', isGone };
}

const isUnder = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** @param url of the gateway @param host as which it is asked, with its port */
export function createBrowser(url: string, host: string): Browser {
  let jar: readonly Cookie[] = [];
  const origin = `http://${host}`;

  const ask = async (method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>>, body?: string) => {
    const client = new Client(new URL(url).origin);
    const { pathname } = new URL(path, origin);
    const cookie = jar
      .filter((kept) => isUnder(pathname, kept.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    try {
      const response = await client.request({
        method,
        path,
        headers: { host, accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      });
      for (const header of [response.headers['set-cookie'] ?? []].flat()) {
        const { isGone, ...set } = cookieOf(header);
        jar = [...jar.filter(({ name, path: at }) => name !== set.name || at !== set.path), ...(isGone ? [] : [set])];
      }
      return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
    } finally {
      await client.destroy();
    }
  };

  const load = async (
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
    redirects = 0,
  ): Promise<LoadedPage> => {
    const { status, headers: answered, text } = await ask(method, path, headers, body);
    const location = answered['location'];
    const target = typeof location === 'string' && status >= 300 && status < 400 ? new URL(location, origin + path) : null;
    if (target?.origin === origin) {
      if (redirects === MOST_REDIRECTS) throw new Error(`Sent on from ${path} without an end`);
      return load('GET', target.pathname + target.search, {}, undefined, redirects + 1);
    }
    const title = unescape(/<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? '');
    return { path, status, headers: answered, text, title, forms: formsIn(text), leftFor: target };
  };

  const post: Browser['post'] = (path, fields, headers = {}) =>
    load(
      'POST',
      path,
      { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      new URLSearchParams(fields).toString(),
    );

  return {
    open: (path, headers = {}) => load('GET', path, headers),
    post,
    submit(page, fields = {}, action) {
      const form = page.forms.find((candidate) => action === undefined || candidate.action === action);
      if (!form) throw new Error(`${page.path} (${page.status}) has no form ${action ?? ''}: ${page.text.slice(0, 500)}`);
      const target = new URL(form.action || page.path, origin + page.path);
      return post(target.pathname + target.search, { ...form.fields, ...fields });
    },
    cookies: () => jar.map(({ name }) => name),
  };
}
