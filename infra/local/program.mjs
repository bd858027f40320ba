// Loads the project's TypeScript programs, each as one file: to find, translate and link more than a thousand modules
// one by one would take longer than the rest of a start.
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.join(root, '.spine/programs');
const { build } = await import('esbuild').catch(() => {
  console.error('Dependencies are missing: run npm install first.');
  process.exit(1);
});

/** A module goes on knowing where it was written, whatever file it is loaded from. */
const ownAddresses = {
  name: 'own-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const source = readFileSync(file, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      return { contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)), loader: 'ts' };
    });
  },
};

async function bundle(file) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    outfile: path.join(folder, 'program.mjs'),
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [ownAddresses],
  });
  return outputFiles[0].contents;
}

/** @param file path of a TypeScript module, absolute or from where the process runs */
export async function importProgram(file) {
  const source = path.resolve(file);
  const built = path.join(folder, `${path.relative(root, source).replaceAll(path.sep, '.')}.mjs`);
  const unfinished = `${built}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(unfinished, await bundle(source));
  // In one step: another process may be loading the same program.
  await rename(unfinished, built);
  // What is told of an error names the lines that were written.
  process.setSourceMapsEnabled(true);
  return import(pathToFileURL(built).href);
}
