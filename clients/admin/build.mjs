// Builds the dashboard, unless what is there was built from the very same sources: node clients/admin/build.mjs [folder]
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(folder, '../..');
const target = path.resolve(process.argv[2] ?? path.join(folder, 'dist'));
const stamp = path.join(target, '.sources');

/** Everything that the result depends on: the sources, how they are built, and which packages with. */
async function sourcesHash() {
  const below = async (name) => (await readdir(path.join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const files = [
    ...(await below('src')),
    ...(await below('public')),
    ...(await below('../shared')),
    ...['index.html', 'vite.config.ts'].map((name) => path.join(folder, name)),
    path.join(root, 'package-lock.json'),
  ].sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

const sources = await sourcesHash();
const built = await readFile(stamp, 'utf8').catch(() => '');
if (built !== sources) {
  const { build } = await import('vite').catch(() => {
    console.error('The dashboard cannot be built: its tools are missing. Run npm install first.');
    process.exit(1);
  });
  // Beside the target until it is whole, so that nobody is served half of it.
  const draft = `${target}-${process.pid}`;
  try {
    await build({ root: folder, configFile: path.join(folder, 'vite.config.ts'), logLevel: 'error', build: { outDir: draft, emptyOutDir: true } });
    await writeFile(path.join(draft, '.sources'), sources);
    await rm(target, { recursive: true, force: true });
    await mkdir(path.dirname(target), { recursive: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
