import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../refusal.js';
import type { HttpAnswer } from './answer.js';

/** Where the dashboard is served; its pages are all one, and find their way by the path themselves. */
export const DASHBOARD_PATH = '/admin';

/** Beside the code, as it is and as it is built. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../clients/admin/dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Names of built files hold a hash of what is in them. */
const FOR_A_YEAR = 'public, max-age=31536000, immutable';
const NONCE = /%NONCE%/g;
const NONCE_BYTES = 18;
/** A name or two below the folder: nothing that leads out of it can be written this way. */
const FILE = /^(?:assets\/)?[\w-][\w.-]*\.(?:css|js|svg)$/;

/** No script and no style but the dashboard's own; what styles its components make carry the page's nonce. */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Spine</title>
</head>
<body><p>The dashboard is being built; it appears here in a few seconds.</p></body>
</html>
`;

const notBuilt = (): HttpAnswer => ({
  status: 503,
  headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '2' },
  body: NOT_BUILT,
});

export interface Dashboard {
  /** @param pathname at or below `DASHBOARD_PATH` @throws {Refusal} for a file that is not there */
  answer(pathname: string): Promise<HttpAnswer>;
}

/** Serves what `clients/admin/build.mjs` has made of clients/admin. @param folder with its index.html */
export function createDashboard(folder: string): Dashboard {
  const read = (file: string): Promise<string | null> => readFile(path.join(folder, file), 'utf8').catch(() => null);

  const page = async (): Promise<HttpAnswer> => {
    const html = await read('index.html');
    if (html === null) return notBuilt();
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    return {
      status: 200,
      headers: { 'content-type': TYPES['.html'] ?? '', 'content-security-policy': policyOf(nonce) },
      body: html.replace(NONCE, nonce),
    };
  };

  return {
    async answer(pathname) {
      const file = pathname.slice(DASHBOARD_PATH.length + 1);
      if (path.extname(file) === '') return page();
      const content = FILE.test(file) ? await read(file) : null;
      if (content === null) throw new Refusal('NOT_FOUND', 'There is nothing here');
      const caching = file.startsWith('assets/') ? { 'cache-control': FOR_A_YEAR } : {};
      return { status: 200, headers: { 'content-type': TYPES[path.extname(file)] ?? '', ...caching }, body: content };
    },
  };
}
