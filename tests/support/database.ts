import { randomUUID } from 'node:crypto';

import { databaseUrl, onServer } from './server-connection.js';

export interface TestDatabase {
  /** Connection string of the owner. */
  readonly url: string;
  /** Removes the database, also under connections that are still open. */
  drop(): Promise<void>;
}

/** Copies of one template are made one after the other: a second copy would fail while the first reads it. */
const COPY_LOCK = 4_127_001;

/** Makes the database `name` as a copy of another one, to which nobody may be connected. */
export async function copyDatabase({ url }: TestServerAddress, original: string, name: string): Promise<void> {
  await onServer(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [COPY_LOCK]);
    const names = [name, original].map((identifier) => client.escapeIdentifier(identifier));
    await client.query(`CREATE DATABASE ${names[0]} TEMPLATE ${names[1]}`);
  });
}

/**
 * A database of the test's own, on the server of this run: migrated and empty, or a copy of `original`. Takes some
 * 50 ms.
 */
export async function createTestDatabase(original?: string): Promise<TestDatabase> {
  const server = serverOfThisRun();
  const { url } = server;
  const name = `spine_test_${randomUUID().replaceAll('-', '')}`;
  await copyDatabase(server, original ?? server.template, name);
  return {
    url: databaseUrl(url, name),
    drop: async () => {
      await onServer(url, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
      );
    },
  };
}

/** Connection string of the owner on the maintenance database of this run's server, for tests about databases. */
export function testServerUrl(): string {
  return serverOfThisRun().url;
}

export interface TestServerAddress {
  readonly url: string;
  /** Name of a migrated, otherwise empty database. */
  readonly template: string;
  /** Where the first to need the demo leaves what belongs to it beside the database. */
  readonly seedFolder: string;
}

/** Each worker has a server to itself where there are several. */
export function serverOfThisRun(): TestServerAddress {
  // eslint-disable-next-line no-restricted-properties -- the only way by which jest and its global setup can tell a worker anything
  const { SPINE_TEST_SERVERS: told, JEST_WORKER_ID: worker } = process.env;
  const servers = told === undefined ? [] : (JSON.parse(told) as readonly TestServerAddress[]);
  const server = servers[(Number(worker ?? 1) - 1) % servers.length];
  if (!server) throw new Error('No test server: run this by jest, whose global setup starts one.');
  return server;
}
