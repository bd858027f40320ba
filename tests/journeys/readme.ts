import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const README = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../README.md');

/** The commands of the README's walk-through, in order, as one script. */
async function walkthroughScript(): Promise<string> {
  const readme = await readFile(README, 'utf8');
  const section = readme.split('<!-- walkthrough:begin -->')[1]?.split('<!-- walkthrough:end -->')[0];
  if (!section) throw new Error('The README has no walk-through');
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
}

/**
 * Does what a newcomer does who copies the walk-through into a terminal, with the port of this platform.
 * @returns all that it printed
 */
export async function runWalkthrough(port: number): Promise<string> {
  const script = (await walkthroughScript()).replaceAll('localhost:4000', `localhost:${port}`);
  const options = { timeout: 60_000, maxBuffer: 4 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`The walk-through broke off after:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
