// Plain JavaScript, so that it can say in one sentence what is missing before anything else is loaded.
import { spawn, spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importProgram } from './program.mjs';

const REQUIRED = [20, 19];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(`Spine needs Node ${REQUIRED.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const generated = spawnSync(process.execPath, [path.join(root, 'prisma/generate.mjs')], { stdio: 'inherit' });
if (generated.status !== 0) process.exit(generated.status ?? 1);

// Beside everything else, with what time the start leaves: until it is done, its pages say so and load themselves anew.
const building = spawn(process.execPath, [path.join(root, 'clients/admin/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
if (building.pid) setPriority(building.pid, constants.priority.PRIORITY_LOW);
await importProgram(path.join(root, 'infra/local/main.ts'));
