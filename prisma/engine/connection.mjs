import { randomUUID } from 'node:crypto';

import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const SYSTEM_CHAR_OID = 18;
const TEXT_OID = 25;

/** The same server and credentials, another database. */
export function withDatabase(url, database) {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}

/** Name of the database a connection string points to. */
export function databaseOf(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
}

/** Runs `work` with one connection to `url`, which is closed afterwards. */
export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * What the schema engine reaches a database through: the `pg` adapter, made fit for migrations. TLS is
 * whatever the connection string asks of `pg`, verification included.
 *
 * @param {string} url database to work on
 * @param {string} [shadowServerUrl] a database on the server where throw-away shadow databases are made; `url` by default
 */
export function migrationConnections(url, shadowServerUrl = url) {
  const open = new Set();
  const track = (adapter) => {
    const { dispose } = adapter;
    open.add(adapter);
    adapter.dispose = async () => {
      if (open.delete(adapter)) await dispose.call(adapter);
    };
    return adapter;
  };
  return {
    factory: {
      provider: 'postgres',
      adapterName: '@prisma/adapter-pg',
      connect: async () => track(fitForMigrations(await new PrismaPg({ connectionString: url }).connect())),
      connectToShadowDb: async () => track(await connectToShadowDatabase(shadowServerUrl)),
    },
    /** Closes what the engine left open, and with it the engine's advisory locks. */
    close: async () => {
      for (const adapter of [...open]) await adapter.dispose();
    },
  };
}

/**
 * The adapter's own shadow connection overrides only `database`, which a connection string outranks: the "shadow"
 * would be the database itself. So the shadow database is named in the connection string.
 */
async function connectToShadowDatabase(serverUrl) {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`));
  const drop = () =>
    withClient(serverUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    );
  try {
    const adapter = fitForMigrations(
      await new PrismaPg({ connectionString: withDatabase(serverUrl, name) }).connect(),
    );
    const disconnect = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await disconnect();
      await drop();
    };
    return adapter;
  } catch (error) {
    await drop();
    throw error;
  }
}

function fitForMigrations(adapter) {
  readSystemChars(adapter);
  // The adapter splits scripts at every ';', inside function bodies and literals too. The simple protocol takes
  // the whole script, in one implicit transaction.
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => readSystemChars(await startTransaction(isolationLevel));
  return adapter;
}

/** The adapter has no name for the type `"char"` of the system catalogues, by which the engine knows constraints. */
function readSystemChars(queryable) {
  const { queryRaw, performIO } = queryable;
  queryable.queryRaw = async (query) => {
    const charColumns = [];
    const reader = Object.create(queryable);
    reader.performIO = async (sql) => {
      const result = await performIO.call(queryable, sql);
      result.fields.forEach((field, column) => {
        if (field.dataTypeID !== SYSTEM_CHAR_OID) return;
        field.dataTypeID = TEXT_OID;
        charColumns.push(column);
      });
      return result;
    };
    const result = await queryRaw.call(reader, query);
    for (const column of charColumns) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  return queryable;
}
