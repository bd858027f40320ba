import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { processState } from './process-state.js';

/** What `postmaster.pid` in a data directory says of the server that runs, or ran, on it. */
export interface Postmaster {
  readonly pid: number;
  /** TCP port on the loopback address. */
  readonly port: number;
}

const PID_LINE = 0;
const PORT_LINE = 3;

/** The server that runs on the data directory now. What a dead one left behind counts as none. */
export async function runningPostmaster(dataFolder: string): Promise<Postmaster | undefined> {
  const lines = await readLines(dataFolder);
  const pid = Number(lines[PID_LINE]);
  const port = Number(lines[PORT_LINE]);
  if (!(pid > 0) || !(port > 0)) return undefined;
  const state = await processState(pid);
  if (!state) return undefined;
  // Another program may have got the id meanwhile, in a restarted container nearly always.
  const isPostgres = state.command === undefined || /postgres/i.test(state.command);
  return isPostgres ? { pid, port } : undefined;
}

/**
 * Lets a new server start although the id in `postmaster.pid` still exists (a zombie, or another program): the id
 * becomes that of this process, the parent of the new server, which PostgreSQL knows to be stale. The rest stays, so
 * that it still refuses to start while backends of the old server hold its shared memory.
 */
export async function disownPostmasterFile(dataFolder: string): Promise<void> {
  const lines = await readLines(dataFolder);
  if (lines.length === 0) return;
  lines[PID_LINE] = String(process.pid);
  await writeFile(fileOf(dataFolder), lines.join('\n'));
}

function fileOf(dataFolder: string): string {
  return path.join(dataFolder, 'postmaster.pid');
}

async function readLines(dataFolder: string): Promise<string[]> {
  const text = await readFile(fileOf(dataFolder), 'utf8').catch(() => '');
  return text ? text.split('\n') : [];
}
