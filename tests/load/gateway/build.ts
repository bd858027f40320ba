import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transformFile } from '@swc/core';

/** What the contestants' processes load. */
const SOURCES = ['gateway', 'subgraphs/_kernel', 'infra', 'prisma/generated', 'tests/load'];

async function buildFile(source: string, folder: string): Promise<void> {
  const target = path.join(folder, source.replace(/\.ts$/, '.js'));
  await mkdir(path.dirname(target), { recursive: true });
  if (!source.endsWith('.ts')) return copyFile(source, target);
  const { code } = await transformFile(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'es6' },
    swcrc: false,
  });
  await writeFile(target, code);
}

/**
 * Translates the project to JavaScript, as its image does: a loader that translates while running wraps every
 * closure and would be measured, too. Answers where the file named lies then.
 */
export async function builtPathOf(source: string, into: string): Promise<string> {
  await rm(into, { recursive: true, force: true });
  for (const folder of SOURCES) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && /\.(ts|js|mjs|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
      .map((entry) => path.join(entry.parentPath, entry.name));
    await Promise.all(files.map((file) => buildFile(file, into)));
  }
  await writeFile(path.join(into, 'package.json'), '{"type":"module"}');
  return path.resolve(into, source.replace(/\.ts$/, '.js'));
}
