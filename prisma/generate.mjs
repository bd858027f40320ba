// Generates the Prisma client when the schema has changed since the last time, and says nothing when it has not.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const schemaFolder = path.join(root, 'prisma/schema');
const generatedFolder = path.join(root, 'prisma/generated');
const stampFile = path.join(generatedFolder, '.schema-hash');
const manifest = path.join(root, 'package.json');

/** Of everything the client is generated from: the schema files and the pinned versions of Prisma. */
function schemaHash() {
  const hash = createHash('sha256');
  for (const file of readdirSync(schemaFolder, { recursive: true }).sort()) {
    if (!file.endsWith('.prisma')) continue;
    hash.update(`${file}\0`).update(readFileSync(path.join(schemaFolder, file))).update('\0');
  }
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  hash.update(`${dependencies['@prisma/client']} ${dependencies.prisma ?? devDependencies.prisma}`);
  return hash.digest('hex');
}

function stamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
}

function generate(hash) {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  rmSync(stampFile, { force: true });
  const run = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1', NO_COLOR: '1' },
  });
  if (run.status !== 0) {
    const said = `${run.stdout ?? ''}\n${run.stderr ?? ''}`.split('\n').map((line) => line.trim());
    const reason = said.filter((line) => /error|-->|failed/i.test(line)).slice(0, 4).join(' ');
    throw new Error(reason || run.error?.message || said.filter(Boolean).at(-1) || `exit code ${run.status}`);
  }
  writeFileSync(stampFile, hash);
}

try {
  const hash = schemaHash();
  if (stamp() !== hash) generate(hash);
} catch (error) {
  console.error(`The Prisma client could not be generated from prisma/schema: ${error.message}`);
  process.exitCode = 1;
}
