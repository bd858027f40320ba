import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import type { ServerAccount } from './account.js';

const run = promisify(execFile);

/**
 * Runs one of PostgreSQL's programs to its end and returns what it printed.
 *
 * @throws Error with the first lines of its complaint
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  account: ServerAccount,
): Promise<string> {
  try {
    // The working directory of this process need not be one that the account may enter.
    const { stdout } = await run(program, args, { ...account, cwd: path.parse(program).root, windowsHide: true });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as Readonly<{ stderr?: string; message: string }>;
    const reason = stderr.trim().split('\n').slice(0, 2).join(' ') || message;
    throw new Error(`The embedded PostgreSQL could not run ${path.basename(program)}: ${reason}`, { cause: error });
  }
}
