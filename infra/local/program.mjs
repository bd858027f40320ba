// Loads the project's TypeScript programs, each as one file: to find, translate and link more than a thousand modules
// one by one would take longer than the rest of a start. The file is made anew when one that it is made of has changed.
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.join(root, '.spine/programs');
const { build, version } = await import('esbuild').catch(() => {
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

/** What tells whether a file is still as it was. */
const stateOf = (file) => {
  const { mtimeMs = 0, size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return { mtimeMs, size };
};

const MADE_OF = '\n// made of ';

/**
 * The last line of what was built: the builder, and every file with the state it was in. One that was changed since
 * the building began may have been read before or after, so it never counts as being as it was.
 */
function originOf(inputs, begunAt) {
  const names = [fileURLToPath(import.meta.url), ...Object.keys(inputs).map((input) => path.resolve(root, input))];
  const files = names.map((file) => {
    const { mtimeMs, size } = stateOf(file);
    return { file, mtimeMs: mtimeMs < begunAt ? mtimeMs : null, size };
  });
  return MADE_OF + JSON.stringify({ version, files });
}

const isAsItWas = ({ file, mtimeMs, size }) => {
  const now = stateOf(file);
  return now.mtimeMs === mtimeMs && now.size === size;
};

async function isUpToDate(built) {
  const text = await readFile(built, 'utf8').catch(() => '');
  const at = text.lastIndexOf(MADE_OF);
  if (at < 0) return false;
  try {
    const origin = JSON.parse(text.slice(at + MADE_OF.length));
    return origin.version === version && origin.files.every(isAsItWas);
  } catch {
    return false; // made by another state of this very file
  }
}

async function bundle(file) {
  const begunAt = Date.now();
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    outfile: path.join(folder, 'program.mjs'),
    write: false,
    metafile: true,
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
  return outputFiles[0].text.trimEnd() + originOf(metafile.inputs, begunAt);
}

/** @param file path of a TypeScript module, absolute or from where the process runs */
export async function importProgram(file) {
  const source = path.resolve(file);
  const built = path.join(folder, `${path.relative(root, source).replaceAll(path.sep, '.')}.mjs`);
  if (!(await isUpToDate(built))) {
    const unfinished = `${built}.${process.pid}`;
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, await bundle(source));
    // In one step: another process may be loading the same program.
    await rename(unfinished, built);
  }
  // What is told of an error names the lines that were written.
  process.setSourceMapsEnabled(true);
  return import(pathToFileURL(built).href);
}
