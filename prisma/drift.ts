import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { callSchemaEngine } from './engine/wasm-engine.mjs';
import { MIGRATIONS_FOLDER, readMigrations } from './migration-files.js';

const SCHEMA_FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'schema');

export interface SchemaDriftOptions {
  /** `prisma/schema` by default. */
  readonly schemaFolder?: string;
  /** `prisma/migrations` by default. */
  readonly migrationsFolder?: string;
}

/**
 * What would have to be run after all migrations to arrive at `prisma/schema`, as SQL; '' when they agree. Only what
 * Prisma can model is compared: policies, exclusion and check constraints, functions, triggers and grants are not.
 *
 * @param serverUrl connection string of any database on a server where a throw-away database may be made
 */
export async function schemaDrift(serverUrl: string, options: SchemaDriftOptions = {}): Promise<string> {
  const [schema, migrations] = await Promise.all([
    readSchema(options.schemaFolder ?? SCHEMA_FOLDER),
    migrationList(options.migrationsFolder ?? MIGRATIONS_FOLDER),
  ]);
  const { exitCode, stdout } = await callSchemaEngine(
    { url: serverUrl, datamodels: schema.map(({ path: file, content }) => [file, content] as const) },
    'diff',
    {
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', files: schema },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    },
  );
  return exitCode === 0 ? '' : (stdout ?? '').trim();
}

async function readSchema(folder: string): Promise<{ path: string; content: string }[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.prisma'));
  return Promise.all(
    names.sort().map(async (name) => {
      const file = path.join(folder, name);
      return { path: file, content: await readFile(file, 'utf8') };
    }),
  );
}

async function migrationList(folder: string) {
  const lockfile = path.join(folder, 'migration_lock.toml');
  const migrations = await readMigrations(folder);
  return {
    baseDir: folder,
    lockfile: { path: lockfile, content: await readFile(lockfile, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
}
