import { spawn } from 'node:child_process';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { readPassword, SUPERUSER, type DataFolder } from './data-folder.js';
import { disownPostmasterFile, runningPostmaster } from './postmaster-file.js';
import { runProgram } from './program.js';

export interface ServerOptions {
  /** TCP port on 127.0.0.1; chosen when it is left out. */
  readonly port?: number | undefined;
  /** Whether a commit survives the machine's crash. */
  readonly durable: boolean;
  /** Until when to try, in epoch milliseconds. */
  readonly deadline: number;
}

const STOP_DEADLINE_S = 60;
const PROBE_INTERVAL_MS = 40;
const RETRY_INTERVAL_MS = 500;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  work_mem: '8MB',
  random_page_cost: '1.1',
  // Compiling a plan costs more than the short queries of a request take.
  jit: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
};

const NOT_DURABLE: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/**
 * Starts a server and waits until it takes queries, also through the recovery after a crash. Tries again for a while:
 * processes of a crashed server may still hold its memory.
 *
 * @returns its TCP port
 * @throws Error with the server's own reason
 */
export async function startServer(folder: DataFolder, options: ServerOptions): Promise<number> {
  for (;;) {
    await disownPostmasterFile(folder.data);
    const port = options.port ?? (await choosePort(folder));
    if (await launch(folder, port, options)) {
      await writeFile(path.join(folder.directory, 'port'), String(port));
      return port;
    }
    const log = await readFile(folder.logFile, 'utf8').catch(() => '');
    const isHeld = /pre-existing shared memory block|lock file .* already exists/.test(log);
    const isPortTaken = /could not create any TCP\/IP sockets|Address already in use/i.test(log);
    if (isPortTaken && options.port !== undefined) {
      throw new Error(`The embedded PostgreSQL cannot listen on port ${options.port}: it is taken.`);
    }
    if (!(isHeld || isPortTaken) || Date.now() > options.deadline) {
      const reason = /FATAL:\s+(.*)/.exec(log)?.[1] ?? log.trim().split('\n').at(-1) ?? '';
      throw new Error(`The embedded PostgreSQL did not start: ${reason || 'it wrote no log'} (${folder.logFile}).`);
    }
    await pause(RETRY_INTERVAL_MS);
  }
}

/** The port of a server that runs on the folder, once it takes queries; `undefined` when none runs. */
export async function portOfRunning(folder: DataFolder, deadline: number): Promise<number | undefined> {
  for (;;) {
    const running = await runningPostmaster(folder.data);
    if (!running) return undefined;
    if (await answers(folder, running.port)) return running.port;
    if (Date.now() > deadline) {
      throw new Error(`A PostgreSQL runs in ${folder.directory} but answers no query: see ${folder.logFile}.`);
    }
    await pause(PROBE_INTERVAL_MS);
  }
}

/** Ends all connections, writes everything out and waits for the end. No server: nothing to do. */
export async function stopServer(folder: DataFolder): Promise<void> {
  if (!(await runningPostmaster(folder.data))) return;
  const flags = ['stop', '-D', folder.data, '-m', 'fast', '-w', '-t', String(STOP_DEADLINE_S), '-s'];
  try {
    await runProgram(folder.binaries.pgCtl, flags, folder.account);
  } catch (error) {
    // It may have ended by itself meanwhile.
    if (await runningPostmaster(folder.data)) throw error;
  }
}

export async function urlOf(folder: DataFolder, port: number, database: string): Promise<string> {
  return `postgresql://${SUPERUSER}:${await readPassword(folder)}@127.0.0.1:${port}/${database}`;
}

/** Whether the server came up. */
async function launch(folder: DataFolder, port: number, { durable, deadline }: ServerOptions): Promise<boolean> {
  await rename(folder.logFile, `${folder.logFile}.1`).catch(() => undefined);
  // A file and not a pipe: the server goes on writing when this process has gone.
  const log = await open(folder.logFile, 'w', 0o600);
  const settings = Object.entries({ ...SETTINGS, ...(durable ? {} : NOT_DURABLE), port: String(port) });
  const server = spawn(
    folder.binaries.postgres,
    ['-D', folder.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // A session of its own: Ctrl-C at the terminal reaches this process only, which stops the server last.
    { ...folder.account, cwd: folder.data, stdio: ['ignore', log.fd, log.fd], detached: true, windowsHide: true },
  );
  let hasEnded = false;
  server.once('exit', () => (hasEnded = true));
  server.once('error', () => (hasEnded = true));
  server.unref();
  try {
    while (!hasEnded && Date.now() < deadline) {
      if (await answers(folder, port)) return true;
      await pause(PROBE_INTERVAL_MS);
    }
    if (!hasEnded) server.kill('SIGINT');
    return false;
  } finally {
    await log.close();
  }
}

/** Whether the server of this very folder answers there. */
async function answers(folder: DataFolder, port: number): Promise<boolean> {
  const connectionString = await urlOf(folder, port, 'postgres');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  // A connection that breaks after the answer is of no interest.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0] !== undefined && path.resolve(rows[0].data_directory) === folder.data;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The port of the last time if it is free, otherwise any free one. */
async function choosePort({ directory }: DataFolder): Promise<number> {
  const remembered = Number(await readFile(path.join(directory, 'port'), 'utf8').catch(() => ''));
  return (remembered > 0 ? await freePort(remembered) : undefined) ?? (await freePort(0)) ?? 0;
}

/** The port if nothing listens on it, any free one for 0. */
async function freePort(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
