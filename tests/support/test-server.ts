import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';

import { makeWalkableFolder } from '../../infra/runtime/postgres/account.js';
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '../../infra/runtime/postgres/embedded.js';
import { processState } from '../../infra/runtime/postgres/process-state.js';
import { migrate } from '../../prisma/migrate.js';
import { databaseUrl, onServer, seededName, unfinishedName } from './server-connection.js';

export interface TestServer {
  /** Connection string of the owner, on the maintenance database. */
  readonly url: string;
  /** Name of a migrated, otherwise empty database that tests are given copies of. */
  readonly template: string;
  /** Where the first test to need the demo leaves what belongs to it beside the database. */
  readonly seedFolder: string;
  stop(): Promise<void>;
}

/**
 * The servers of one test run: throw-away ones, or the one at `existingUrl`, on which only databases are made. What a
 * killed run left behind is cleared away first. When one does not come up, none stays.
 */
export async function startTestServers(existingUrl: string | undefined, count: number): Promise<readonly TestServer[]> {
  if (existingUrl) return [await startTestServer(await borrowServer(existingUrl), existingUrl)];
  const base = await makeBaseFolder();
  await discardLeftovers(base);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const started = await Promise.allSettled(
    numbers.map(async (number) => startTestServer(await startThrowAwayServer(base, number))),
  );
  const servers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (!failed) return servers;
  await Promise.all(servers.map((server) => server.stop()));
  throw failed.reason;
}

type Server = Pick<TestServer, 'url' | 'seedFolder' | 'stop'>;

async function startTestServer(server: Server, existingUrl?: string): Promise<TestServer> {
  const url = databaseUrl(server.url, 'postgres');
  const template = `spine_test_template_${process.pid}`;
  try {
    await dropTemplates(url, template);
    await migrate(databaseUrl(url, template));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url,
    template,
    seedFolder: server.seedFolder,
    stop: async () => {
      if (existingUrl) await dropTemplates(url, template);
      await server.stop();
    },
  };
}

async function borrowServer(url: string): Promise<Server> {
  const seedFolder = await mkdtemp(path.join(tmpdir(), 'spine-tests-seed-'));
  return { url, seedFolder, stop: () => rm(seedFolder, { recursive: true, force: true }) };
}

/** @param number which of the run's servers, from 1 */
async function startThrowAwayServer(base: string, number: number): Promise<Server> {
  const server = await startEmbeddedPostgres({ directory: path.join(base, `run-${process.pid}-${number}`), durable: false });
  return {
    url: server.url,
    seedFolder: path.join(server.directory, 'seed'),
    stop: async () => {
      await server.stop();
      await discardEmbeddedPostgres(server.directory);
    },
  };
}

const SHARED_MEMORY = '/dev/shm';

/** What the servers of a run may fill, with as much again for everybody else. In bytes. */
const ROOM = 4 * 1024 ** 3;

/**
 * Memory where it is a folder and there is plenty, otherwise the disk: every test makes and removes a database of its
 * own, a thousand files each, which costs a disk's file system more than the tests themselves.
 */
async function temporaryFolder(): Promise<string> {
  const memory = await statfs(SHARED_MEMORY).catch(() => null);
  return memory && memory.bavail * memory.bsize > ROOM && freemem() > 2 * ROOM ? SHARED_MEMORY : tmpdir();
}

/** A folder for the servers of this account's test runs. Someone else's folder of that name is not trusted. */
async function makeBaseFolder(): Promise<string> {
  const account = process.getuid?.();
  const base = path.join(await temporaryFolder(), `spine-tests-${account ?? 'user'}`);
  await makeWalkableFolder(base);
  if (account !== undefined && (await stat(base)).uid !== account) {
    throw new Error(`${base} belongs to somebody else: set TMPDIR to a folder of your own.`);
  }
  return base;
}

/** Stops and removes the servers of runs whose process has ended. */
async function discardLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(/^run-(\d+)(?:-\d+)?$/.exec(name)?.[1]);
    if (!(pid > 0) || (await processState(pid))) continue;
    await discardEmbeddedPostgres(path.join(base, name));
  }
}

/** The template, and the copy of it with the demo. */
async function dropTemplates(url: string, template: string): Promise<void> {
  await onServer(url, async (client) => {
    for (const name of [template, seededName(template), unfinishedName(template)]) {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
    }
  });
}
