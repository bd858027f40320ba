import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { errorCode } from '../error-code.js';

const run = promisify(execFile);

/** What is known of a running process; `undefined` where the platform does not tell. */
export interface ProcessState {
  readonly command: string | undefined;
  /** Tells two processes apart that had the same id one after the other. */
  readonly started: string | undefined;
}

/**
 * The state of a process, `undefined` when there is none. A zombie (ended, not yet collected by its parent) counts
 * as none: under an init that collects nothing it would otherwise look alive for ever.
 */
export async function processState(pid: number): Promise<ProcessState | undefined> {
  if (!isSignallable(pid)) return undefined;
  if (process.platform === 'linux') return linuxProcessState(pid);
  if (process.platform === 'win32') return { command: undefined, started: undefined };
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [, stat, started, command] = /^\s*(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/m.exec(stdout) ?? [];
  if (!stat || stat.startsWith('Z')) return undefined;
  return { command, started };
}

function isSignallable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function linuxProcessState(pid: number): Promise<ProcessState | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces; what follows it are field 3 (state) … field 22 (start time).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { command: command.replaceAll('\0', ' '), started: fields[19] };
}
