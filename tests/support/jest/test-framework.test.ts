import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

interface Summary {
  readonly success: boolean;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string; readonly failureMessages: readonly string[] }[] }[];
}

/** Of a run of its own, which may fail as this one must not. */
async function summaryOf(...options: readonly string[]): Promise<Summary> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-jest-'));
  const file = path.join(folder, 'summary.json');
  const config = JSON.stringify({ rootDir: process.cwd(), testRunner: '<rootDir>/tests/support/jest/test-framework.mjs', transform: {}, testMatch: ['**/jest/failing.fixture.ts'] });
  try {
    const jest = ['node_modules/jest/bin/jest.js', '--config', config, '--json', '--outputFile', file, ...options];
    await promisify(execFile)(process.execPath, jest).catch(() => undefined);
    return JSON.parse(await readFile(file, 'utf8')) as Summary;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('tells what passes from what fails, and why', async () => {
  const { success, testResults } = await summaryOf();
  const [results] = testResults.map(({ assertionResults }) => assertionResults);
  expect(success).toBe(false);
  expect(results?.map(({ title, status }) => [title, status])).toEqual([
    ['has one that passes', 'passed'],
    ['has some that are written once, such as 1', 'passed'],
    ['has some that are written once, such as 2', 'passed'],
    ['has one that fails', 'failed'],
    ['has one that throws in the end', 'failed'],
    ['has one that never ends', 'failed'],
    ['has one that expects more than it asks', 'failed'],
    ['has one with a promise that nobody handles', 'failed'],
    ['has one with a promise that is handled late', 'passed'],
    ['has one with an error that nobody catches', 'failed'],
    ['has one that is left out', 'pending'],
    ['has one that cannot be run', 'failed'],
  ]);
  const reasons = results?.map(({ failureMessages }) => failureMessages.join()) ?? [];
  expect(reasons[3]).toMatch(/Expected: .*2[^]*failing\.fixture\.ts:6:/);
  expect(reasons[4]).toContain('In the end');
  expect(reasons[5]).toContain('Exceeded timeout of 20 ms');
  expect(reasons[7]).toContain('Unhandled');
  expect(reasons[9]).toContain('Uncaught');
  expect(reasons[11]).toContain('Not prepared');
});

it('runs those alone whose names were asked for', async () => {
  const { success, testResults } = await summaryOf('--testNamePattern', 'such as 2$');
  expect(success).toBe(true);
  const run = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed');
  expect(run.map(({ title }) => title)).toEqual(['has some that are written once, such as 2']);
});
