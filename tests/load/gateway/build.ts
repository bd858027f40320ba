import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** What the contestants' processes load. */
const SOURCES = ['gateway', 'subgraphs/_kernel', 'infra', 'prisma/generated', 'tests/load'];

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|js|mjs|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/**
 * Translates the project to JavaScript, as its image does: what `npm start` runs keeps the name of every function by
 * wrapping each closure, and would be measured with that. Answers where the file named lies then.
 */
export async function builtPathOf(source: string, into: string): Promise<string> {
  await rm(into, { recursive: true, force: true });
  const files = (await Promise.all(SOURCES.map(filesOf))).flat();
  await build({
    entryPoints: files.filter((file) => file.endsWith('.ts')),
    outdir: into,
    outbase: '.',
    format: 'esm',
    target: 'es2023',
    logLevel: 'warning',
  });
  for (const file of files.filter((other) => !other.endsWith('.ts'))) {
    const copy = path.join(into, file);
    await mkdir(path.dirname(copy), { recursive: true });
    await copyFile(file, copy);
  }
  await writeFile(path.join(into, 'package.json'), '{"type":"module"}');
  return path.resolve(into, source.replace(/\.ts$/, '.js'));
}
