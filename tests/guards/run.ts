import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { redisServerProgram } from '../support/redis.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = (name: string): string => path.join(root, 'node_modules', '.bin', name);
const program = (file: string): readonly string[] => ['infra/local/run.mjs', file, '--check'];

interface Guard {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What every change has to pass. The longest first: beside it there is time for all the others. */
const GUARDS: readonly Guard[] = [
  { name: 'lint', command: bin('eslint'), args: ['.', '--max-warnings', '0'] },
  { name: 'subgraph schemas are committed', command: process.execPath, args: program('infra/compose/print-subgraphs.ts') },
  { name: 'supergraph is committed', command: process.execPath, args: program('infra/compose/compose.ts') },
  { name: 'no client of the released graph breaks', command: process.execPath, args: program('infra/compose/release.ts') },
  { name: "the dashboard's types fit the graph", command: process.execPath, args: program('clients/admin/codegen.ts') },
  {
    name: 'boundaries',
    command: bin('depcruise'),
    args: ['gateway', 'subgraphs', 'infra', 'prisma', 'tests', 'clients', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'types', command: bin('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'types of the dashboard', command: bin('tsc'), args: ['-p', 'clients/admin/tsconfig.json'] },
  { name: 'dead code', command: bin('knip'), args: [] },
];

const AT_ONCE = 2;

interface Outcome {
  readonly guard: Guard;
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

function run(guard: Guard): Promise<Outcome> {
  const since = performance.now();
  return new Promise((resolve) => {
    const child = spawn(guard.command, guard.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const end = (code: number): void =>
      resolve({ guard, code, output, seconds: (performance.now() - since) / 1_000 });
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/** The guards two at a time, then the tests. @returns whether all passed */
async function main(jestArguments: readonly string[]): Promise<boolean> {
  const waiting = [...GUARDS];
  let passed = true;
  const worker = async (): Promise<void> => {
    for (let guard = waiting.shift(); guard; guard = waiting.shift()) {
      const { code, output, seconds } = await run(guard);
      console.log(`${code === 0 ? '✓' : '✗'} ${guard.name} (${seconds.toFixed(1)} s)`);
      if (code !== 0) {
        passed = false;
        console.log(output.trimEnd());
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  if ((await redisServerProgram()) === null) {
    console.log('\nNo redis-server on this machine: the tests of events with Redis as their signal are left out.');
  }
  const jest = spawn(
    process.execPath,
    ['node_modules/jest/bin/jest.js', ...jestArguments],
    { cwd: root, stdio: 'inherit' },
  );
  const code = await new Promise<number>((resolve) => jest.on('close', (exit) => resolve(exit ?? 1)));
  return passed && code === 0;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
