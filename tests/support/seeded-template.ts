import { cp, mkdir, rm } from 'node:fs/promises';
import { createPlatform } from '../../infra/local/platform.js';
import type { Config } from '../../infra/runtime/config.js';
import { copyDatabase, createTestDatabase, serverOfThisRun, type TestDatabase } from './database.js';
import { eventually } from './runtime.js';
import { databaseUrl, onServer, seededName, unfinishedName } from './server-connection.js';

/** Whoever needs the demo first makes it; the others on the same server wait. */
const SEED_LOCK = 4_127_002;

const SETTLED = `
  SELECT NOT EXISTS (
    SELECT FROM kernel.consumer_offset AS consumer,
      (SELECT xact_id, id FROM kernel.outbox_event ORDER BY xact_id DESC, id DESC LIMIT 1) AS newest
    WHERE (consumer.xact_id, consumer.event_id) < (newest.xact_id, newest.id)) AS settled`;

/** Seeds the demo just as `npm start` does, and waits until every subgraph has reacted to every event of it. */
async function seed(configOf: (url: string) => Promise<Config>, url: string, folder: string): Promise<void> {
  const platform = createPlatform({
    config: await configOf(url),
    folder,
    progress: { step: () => undefined, done: () => undefined },
    seed: true,
  });
  try {
    await platform.start();
    await eventually(
      () => onServer(url, async (client) => (await client.query<{ settled: boolean }>(SETTLED)).rows[0]?.settled === true),
      120_000,
    );
  } finally {
    await platform.stop();
  }
}

/**
 * A copy of a database with the demo in it, and in `folder` the secrets it was made with. The demo is made once for
 * each server of the run.
 */
export async function createSeededDatabase(
  configOf: (url: string) => Promise<Config>,
  folder: string,
): Promise<TestDatabase> {
  const server = serverOfThisRun();
  const seeded = seededName(server.template);
  const unfinished = unfinishedName(server.template);
  await onServer(server.url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [SEED_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [seeded]);
    if (rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(unfinished)} WITH (FORCE)`);
    await rm(server.seedFolder, { recursive: true, force: true });
    await mkdir(server.seedFolder, { recursive: true });
    await copyDatabase(server, server.template, unfinished);
    await seed(configOf, databaseUrl(server.url, unfinished), server.seedFolder);
    await client.query(
      `ALTER DATABASE ${client.escapeIdentifier(unfinished)} RENAME TO ${client.escapeIdentifier(seeded)}`,
    );
  });
  await cp(server.seedFolder, folder, { recursive: true });
  return createTestDatabase(seeded);
}
