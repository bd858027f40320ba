import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const PROGRAM = `
import { whereIAm, fail } from './part.js';
console.log(JSON.stringify({ args: process.argv.slice(1), main: import.meta.url, part: whereIAm, name: fail.name }));
fail();
`;

const PART = `interface Told { readonly why: string }

export const whereIAm: string = import.meta.url;
export function fail(): never {
  const told: Told = { why: 'on the fifth line and the sixth' };
  throw new Error(told.why);
}
`;

describe('A TypeScript program of the project', () => {
  let folder: string;
  const file = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'program-'));
    await writeFile(file('main.ts'), PROGRAM);
    await writeFile(file('part.ts'), PART);
  });

  afterAll(() => rm(folder, { recursive: true }));

  const run = () => spawnSync(process.execPath, ['infra/local/run.mjs', file('main.ts'), 'one', '--two'], { encoding: 'utf8' });

  test('is loaded as one file, in which every module knows where it was written', () => {
    const { stdout } = run();
    expect(JSON.parse(stdout)).toEqual({
      args: [file('main.ts'), 'one', '--two'],
      main: pathToFileURL(file('main.ts')).href,
      part: pathToFileURL(file('part.ts')).href,
      name: 'fail',
    });
  });

  test('names the lines that were written in what it tells of an error', () => {
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain('on the fifth line and the sixth');
    expect(stderr).toMatch(/part\.ts:6:\d+/);
    expect(stderr).toMatch(/main\.ts:4:\d+/);
  });

  test('is made anew when a file of it has changed', async () => {
    run();
    await writeFile(file('part.ts'), PART.replace('and the sixth', 'and no other'));
    const { stderr } = run();
    expect(stderr).toContain('on the fifth line and no other');
  });

  test('is refused where it cannot be read, with the place', async () => {
    await writeFile(file('broken.ts'), 'const a = ;\n');
    const { status, stderr } = spawnSync(process.execPath, ['infra/local/run.mjs', file('broken.ts')], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/broken\.ts:1:10: ERROR/);
  });
});
