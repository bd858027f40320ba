// Runs one of the project's TypeScript programs: node infra/local/run.mjs <file> [arguments]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importProgram } from './program.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const generated = spawnSync(process.execPath, [path.join(root, 'prisma/generate.mjs')], { stdio: 'inherit' });
if (generated.status !== 0) process.exit(generated.status ?? 1);

const [, , program, ...rest] = process.argv;
if (!program) {
  console.error('Which program? node infra/local/run.mjs <file> [arguments]');
  process.exit(1);
}
process.argv = [process.argv[0], program, ...rest];
await importProgram(program);
