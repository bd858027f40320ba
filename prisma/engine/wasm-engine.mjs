import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

import { migrationConnections } from './connection.mjs';

/** Stands where a connection string is due for commands that need no database. Nothing listens there. */
const NO_DATABASE = 'postgresql://nobody@127.0.0.1:1/none';

/** The engine's panic handler expects it under a global name. */
const panicRegistry = {
  message: undefined,
  get() {
    return this.message ?? '';
  },
  set_message(message) {
    this.message = message;
  },
};

let loaded;

/** What the engine said when it panicked, if it did. */
export function enginePanic() {
  return panicRegistry.message;
}

/**
 * Calls one method of the engine: it compares, creates and applies migrations. Each call has an engine and
 * connections of its own, so that no lock outlives it.
 *
 * Some methods cannot make the shadow database themselves and only read what `devDiagnostic` left behind in the same
 * engine; for those it is asked first.
 *
 * @param {{ url?: string, shadowServerUrl?: string, datamodels?: [path: string, content: string][] }} options
 */
export async function callSchemaEngine({ url = NO_DATABASE, shadowServerUrl, datamodels }, method, params) {
  loaded ??= loadWebAssembly();
  await loaded;
  const connections = migrationConnections(url, shadowServerUrl);
  const engine = await glue.SchemaEngine.new(
    { datamodels: datamodels?.length ? datamodels : undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(connections.factory),
  );
  if (typeof engine[method] !== 'function') throw new Error(`The schema engine has no method "${method}".`);
  try {
    return await engine[method](params);
  } catch (error) {
    if (!params.migrationsList || !/external factory/.test(error.message)) throw error;
    await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
    return await engine[method](params);
  } finally {
    await connections.close();
  }
}

async function loadWebAssembly() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = panicRegistry;
  const folder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const code = await readFile(path.join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(code, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}
