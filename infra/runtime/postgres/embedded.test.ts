import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { databaseUrl, onServer } from '../../../tests/support/server-connection.js';
import { discardEmbeddedPostgres, startEmbeddedPostgres } from './embedded.js';
import { runningPostmaster } from './postmaster-file.js';

const here = path.dirname(fileURLToPath(import.meta.url));

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'spine-embedded-'));
  // What mkdtemp makes is for its owner only; a server started by root passes through it as another account.
  await chmod(parent, 0o755);
  directory = path.join(parent, 'postgres');
});

afterEach(async () => {
  await discardEmbeddedPostgres(directory);
  await rm(parent, { recursive: true, force: true });
});

const start = () => startEmbeddedPostgres({ directory, durable: false });

function query(url: string, sql: string) {
  return onServer(databaseUrl(url, 'postgres'), async (client) => (await client.query(sql)).rows as unknown[]);
}

/** Another process that starts the server, says its URL, and then waits to be told to end. */
async function startElsewhere(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(path.join(here, 'embedded.ts'))});
    const server = await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, durable: false });
    console.log(server.url);
    process.stdin.once('end', () => server.stop());
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()));
    child.once('exit', (code) => reject(new Error(`The other process ended with code ${code}.`)));
  });
  return { url, process: child };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function postmasterId(): Promise<number> {
  return (await runningPostmaster(path.join(directory, 'data')))?.pid ?? 0;
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data and its port from one start to the next', async () => {
    const steps: string[] = [];
    const first = await startEmbeddedPostgres({ directory, durable: false, onProgress: (step) => steps.push(step) });
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    expect(await postmasterId()).toBe(0);

    const second = await startEmbeddedPostgres({ directory, durable: false, onProgress: (step) => steps.push(step) });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: 'kept' }]);
    expect(steps).toEqual(['Initialising PostgreSQL', 'Starting PostgreSQL', 'Starting PostgreSQL']);
    await second.stop();
  });

  it('listens on the loopback address only, and lets nobody in without the password, which only its account reads', async () => {
    const server = await start();
    const url = new URL(databaseUrl(server.url, 'postgres'));
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    const stolen = new URL(url);
    stolen.password = 'guess';
    await expect(query(stolen.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(path.join(directory, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(directory, 'data'))).mode & 0o077).toBe(0);
    await server.stop();
  });

  it('outlives its parent killed with -9, and is taken over and stopped by the next one', async () => {
    const other = await startElsewhere();
    await query(other.url, 'CREATE TABLE kept (id int)');
    const postmaster = await postmasterId();
    other.process.kill('SIGKILL');
    await ended(other.process);

    const server = await start();
    expect(server.url).toBe(other.url);
    expect(await postmasterId()).toBe(postmaster);
    expect(await query(server.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: 'kept' }]);
    await server.stop();
    expect(await postmasterId()).toBe(0);
  });

  it('comes back after it was killed with -9 itself', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept (id int)');
    await query(first.url, 'CHECKPOINT');
    process.kill(await postmasterId(), 'SIGKILL');
    const second = await start();
    expect(await query(second.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: 'kept' }]);
    await second.stop();
  });

  it('comes back after parent and server were killed together, and another program has got its id', async () => {
    const other = await startElsewhere();
    const postmaster = await postmasterId();
    other.process.kill('SIGKILL');
    await ended(other.process);
    process.kill(postmaster, 'SIGKILL');
    const pidFile = path.join(directory, 'data', 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await writeFile(pidFile, [String(process.ppid), ...lines.slice(1)].join('\n'));

    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  it('is shared with a second process, which does not stop it under the first', async () => {
    const other = await startElsewhere();
    const server = await start();
    expect(server.url).toBe(other.url);
    await server.stop();
    expect(await query(other.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    other.process.stdin?.end();
    await ended(other.process);
    expect(await postmasterId()).toBe(0);
  });

  it('is initialised afresh when the first initialisation was interrupted', async () => {
    const first = await start();
    await first.stop();
    await rename(path.join(directory, 'data'), path.join(directory, 'data.unfinished'));
    const second = await start();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it('chooses another port when its own has been taken meanwhile, unless it was told which', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await first.stop();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    try {
      await expect(startEmbeddedPostgres({ directory, durable: false, port })).rejects.toThrow(
        `The embedded PostgreSQL cannot listen on port ${port}: it is taken.`,
      );
      const second = await start();
      expect(Number(new URL(second.url).port)).not.toBe(port);
      await second.stop();
    } finally {
      squatter.close();
    }
  });

  it('says in one sentence that its data is of another version', async () => {
    await (await start()).stop();
    await writeFile(path.join(directory, 'data', 'PG_VERSION'), '12\n');
    await expect(start()).rejects.toThrow(/^The data in .* is of PostgreSQL 12, the embedded server is \d+: .*\.$/);
  });
});
