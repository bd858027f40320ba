import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

type Block = (
  importModule: (name: string) => unknown,
  exports: object,
  console: { log(...words: unknown[]): void },
) => Promise<void>;

// The constructor of async functions has no name of its own in the language.
const AsyncFunction = (async () => undefined).constructor as new (...text: string[]) => Block;

const readme = await readFile(new URL('./README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^#+ ([^\n]+)\n(?:(?!^#|^```ts)[^\n]*\n)*```ts\n([\s\S]*?)^```$/gm)].map(
  (match) => ({
    heading: match[1] ?? '',
    source: match[2] ?? '',
  }),
);

async function importAll(source: string): Promise<ReadonlyMap<string, unknown>> {
  const names = [...source.matchAll(/^import (?!type )[^;]*? from '(\.[^']+)';$/gm)].map(
    (match) => match[1] ?? '',
  );
  const modules = new Map<string, unknown>();
  // One after the other: the loader of the test runner does not take overlapping imports of one graph.
  for (const name of names) modules.set(name, await import(name));
  return modules;
}

/** Runs a block and gives what it printed, a line per call, in the notation of the README. */
async function run(source: string): Promise<readonly string[]> {
  const modules = await importAll(source);
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const printed: string[] = [];
  const write = (word: unknown) => (typeof word === 'string' ? word : JSON.stringify(word));
  await new AsyncFunction('require', 'exports', 'console', outputText)(
    (name) => modules.get(name),
    {},
    {
      log: (...words) => void printed.push(words.map(write).join(' ')),
    },
  );
  return printed;
}

describe('the README', () => {
  test('has its examples found', () => {
    expect(blocks).toHaveLength(readme.split('```ts').length - 1);
    expect(blocks.length).toBeGreaterThanOrEqual(5);
  });

  test.each(blocks)('prints what it says: $heading', async ({ source }) => {
    const promised = [...source.matchAll(/^\s*\/\/ prints: (.*)$/gm)].map((match) => match[1]);
    expect(promised.length).toBeGreaterThan(0);
    expect(await run(source)).toEqual(promised);
  });
});
