#!/usr/bin/env node
// Stands in for the native schema engine that the Prisma CLI would download: line-delimited JSON-RPC on stdin and
// stdout, answered by the WebAssembly build of the same engine over `pg`. `prisma.config.ts` points the CLI here.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { databaseOf, withClient, withDatabase } from './connection.mjs';
import { callSchemaEngine, enginePanic } from './wasm-engine.mjs';

const RPC_APPLICATION_ERROR = 4466;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    'extension-types': { type: 'string' },
    'enabled-preview-features': { type: 'string' },
  },
});
const { url, shadowDatabaseUrl } = values.datasource ? JSON.parse(values.datasource) : {};

if (values.version) {
  console.log('schema-engine-cli wasm');
} else if (positionals[0] === 'cli') {
  process.exitCode = await runDatabaseCommand(positionals[1]);
} else {
  await serve();
}

/** Answers requests one by one until stdin closes. */
async function serve() {
  let current;
  // The engine's panic is thrown past every promise; the request it was for would otherwise never be answered.
  process.on('uncaughtException', (error) => {
    fail(current, new Error(enginePanic() ?? error.message), true);
    process.exit(1);
  });
  const datamodels = await Promise.all(
    (values.datamodels ?? []).map(async (file) => [file, await readFile(file, 'utf8')]),
  );
  const options = { url, shadowServerUrl: shadowDatabaseUrl ?? undefined, datamodels };
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const request = JSON.parse(line);
    current = request.id;
    await answer(request, options);
  }
}

async function answer({ id, method, params }, options) {
  try {
    const result = await callSchemaEngine(options, method, params ?? {});
    // The CLI prints what the native engine sends by a notification of its own.
    if (method === 'diff' && result?.stdout) {
      send({ jsonrpc: '2.0', id: 0, method: 'print', params: { content: result.stdout } });
    }
    send({ jsonrpc: '2.0', id, result: result ?? {} });
  } catch (error) {
    fail(id, error, false);
  }
}

function fail(id, error, isPanic) {
  send({
    jsonrpc: '2.0',
    id,
    error: {
      code: RPC_APPLICATION_ERROR,
      message: 'An error happened. Check the data field for details.',
      data: {
        is_panic: isPanic,
        message: error.message,
        meta: error.meta ?? null,
        error_code: error.code ?? userFacingCode(error.message),
      },
    },
  });
}

function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Some errors come as JSON text in the message, with the code inside. */
function userFacingCode(message) {
  try {
    return JSON.parse(message).error_code ?? null;
  } catch {
    return null;
  }
}

/** `cli can-connect-to-database | create-database | drop-database`; 0 when it worked, 1 otherwise. */
async function runDatabaseCommand(command) {
  const commands = {
    'can-connect-to-database': () => withClient(url, () => {}),
    'create-database': () => onMaintenanceDatabase('CREATE DATABASE'),
    'drop-database': () => onMaintenanceDatabase('DROP DATABASE'),
  };
  try {
    const run = commands[command];
    if (!run) throw new Error(`The schema engine has no command "${command}".`);
    await run();
    return 0;
  } catch (error) {
    reportConnectionError(error);
    return 1;
  }
}

function onMaintenanceDatabase(statement) {
  return withClient(withDatabase(url, 'postgres'), (client) =>
    client.query(`${statement} ${client.escapeIdentifier(databaseOf(url))}`),
  );
}

/** In the form the CLI reads: it drops the first line, and what follows must be one JSON object without a line end. */
function reportConnectionError(error) {
  const codes = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1000' };
  const report = {
    timestamp: new Date().toISOString(),
    level: 'ERROR',
    fields: { message: error.message || error.code, is_panic: false, error_code: codes[error.code] ?? 'P1001' },
    target: 'schema_engine::logger',
  };
  process.stderr.write(`{"level":"INFO"}\n${JSON.stringify(report)}`);
}
