import { expect, test } from '@jest/globals';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Folders and files that are no part of the repository; see .gitignore. */
const APART: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', 'coverage', '.spine', 'generated', '.env']);
const PICTURES = /\.(png|jpe?g|ico|woff2?|gz|zip|pdf)$/;

/** What keys look like that open something elsewhere, or here; samples in tests are shorter. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\s|\\n)+[\w+/=]{40}/,
  'a key of AWS': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'a live key of Stripe': /\b[sr]k_live_\w{24,}/,
  'a token of GitHub': /\b(?:gh[pousr]_\w{36,}|github_pat_\w{60,})/,
  'a token of Slack': /\bxox[abprs]-[\w-]{20,}/,
  'a key of Google': /\bAIza[\w-]{35}\b/,
  'a secret of a client of ours': /\bspo_[\w-]{43}/,
  'an API key of ours': /\bcf_\w{43,}/,
};

const secretsIn = (text: string): readonly string[] =>
  Object.entries(SECRETS).flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));

async function filesBelow(folder: string): Promise<readonly string[]> {
  // What another test has taken away meanwhile is no part of the repository.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter(({ name }) => !APART.has(name))
      .map(async (entry): Promise<readonly string[]> => {
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) return filesBelow(file);
        return entry.isFile() && !PICTURES.test(entry.name) && !entry.name.endsWith('.log') ? [file] : [];
      }),
  );
  return found.flat();
}

test('the repository holds no secret', async () => {
  const files = await filesBelow('.');
  expect(files.length).toBeGreaterThan(1_000);
  const found: string[] = [];
  for (const file of files) {
    for (const name of secretsIn(await readFile(file, 'utf8').catch(() => ''))) found.push(`${file}: ${name}`);
  }
  expect(found).toEqual([]);
});

test('one would be found, also where it stands in a text on one line', () => {
  const random = (bytes: number): string => randomBytes(bytes).toString('hex');
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(secretsIn(pem)).toEqual(['a private key']);
  expect(secretsIn(JSON.stringify({ key: pem }))).toEqual(['a private key']);
  expect(secretsIn(`STRIPE_SECRET_KEY=${['sk', 'live', random(16)].join('_')}`)).toEqual(['a live key of Stripe']);
  expect(secretsIn(`token: '${['ghp', random(18)].join('_')}'`)).toEqual(['a token of GitHub']);
  expect(secretsIn(`"${['spo', randomBytes(32).toString('base64url')].join('_')}"`)).toEqual(['a secret of a client of ours']);
  expect(secretsIn(`${'AKIA'}${random(8).toUpperCase()}`)).toEqual(['a key of AWS']);
});
