import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { testServerUrl } from '../tests/support/database.js';
import { databaseUrl, onServer } from '../tests/support/server-connection.js';
import { migrate, MigrationError } from './migrate.js';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

let url: string;
let folder: string;

beforeEach(async () => {
  url = databaseUrl(testServerUrl(), `migrate_${randomUUID().replaceAll('-', '')}`);
  folder = await mkdtemp(path.join(tmpdir(), 'spine-migrations-'));
});

afterEach(async () => {
  const name = new URL(url).pathname.slice(1);
  await onServer(testServerUrl(), (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
  await rm(folder, { recursive: true });
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
}

async function tables(): Promise<readonly string[]> {
  return onServer(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1",
    );
    return rows.map((row) => row.name);
  });
}

async function refusal(): Promise<MigrationError> {
  const error: unknown = await migrate(url, { folder }).catch((reason: unknown) => reason);
  if (error instanceof MigrationError) return error;
  throw new Error('The migration was not refused.', { cause: error });
}

/** Runs the Prisma CLI; its exit code and everything it printed. */
async function prisma(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const cli = spawn(process.execPath, [path.join(root, 'node_modules/prisma/build/index.js'), ...args], {
    cwd: root,
    // eslint-disable-next-line no-restricted-properties -- the CLI needs the environment it is run in
    env: { ...process.env, DATABASE_URL: url, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' },
  });
  let output = '';
  cli.stdout.on('data', (chunk) => (output += String(chunk)));
  cli.stderr.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => cli.on('close', resolve));
  return { code, output };
}

describe('migrating at start-up', () => {
  it('makes the missing database and applies each migration once, in order', async () => {
    await writeMigration('2_second', 'ALTER TABLE first ADD COLUMN more text;');
    await writeMigration('1_first', 'CREATE TABLE first (id int);');
    const told: string[] = [];
    expect(await migrate(url, { folder, onProgress: (step) => told.push(step) })).toEqual(['1_first', '2_second']);
    expect(told).toEqual(['Applying migration 1_first', 'Applying migration 2_second']);
    expect(await migrate(url, { folder })).toEqual([]);
  });

  it('is done by one of several processes that start together, while the others wait', async () => {
    await writeMigration('1_first', 'CREATE TABLE first (id int); SELECT pg_sleep(0.2);');
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(url, { folder })));
    expect(applied.flat()).toEqual(['1_first']);
  });

  it('takes function bodies and literals whole', async () => {
    await writeMigration(
      '1_function',
      `CREATE FUNCTION answer() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 'a;b'; END $$;
       DO $$ BEGIN PERFORM answer(); END $$; CREATE TABLE first (id text DEFAULT ';');`,
    );
    expect(await migrate(url, { folder })).toEqual(['1_function']);
  });

  it('leaves nothing of a migration that fails, names it, and goes on once it is repaired', async () => {
    await writeMigration('1_first', 'CREATE TABLE first (id int);');
    await writeMigration('2_broken', 'CREATE TABLE second (id int); SELECT 1 / 0;');
    const error = await refusal();
    expect(error).toMatchObject({ code: 'FAILED', migration: '2_broken' });
    expect(error.message).toMatch(/2_broken failed and was rolled back: division by zero/);
    expect(await tables()).toEqual(['first']);
    await writeMigration('2_broken', 'CREATE TABLE second (id int);');
    expect(await migrate(url, { folder })).toEqual(['2_broken']);
  });

  it('refuses a database that was left half-migrated, in one sentence with the way out', async () => {
    await writeMigration('1_half', 'CREATE TABLE first (id int); COMMIT; SELECT 1 / 0;');
    expect(await refusal()).toMatchObject({ code: 'FAILED' });
    const error = await refusal();
    expect(error).toMatchObject({ code: 'FAILED_EARLIER', migration: '1_half' });
    expect(error.message).toMatch(/^The database is half-migrated: migration 1_half .* migrate resolve --rolled-back 1_half/);
    expect(error.message).not.toContain('\n');
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await writeMigration('1_first', 'CREATE TABLE first (id int);');
    await migrate(url, { folder });
    await writeMigration('1_first', 'CREATE TABLE first (id bigint);');
    expect(await refusal()).toMatchObject({ code: 'EDITED', migration: '1_first' });
  });

  it('refuses a database that a newer version has migrated', async () => {
    await writeMigration('1_first', 'CREATE TABLE first (id int);');
    await writeMigration('2_newer', 'CREATE TABLE second (id int);');
    await migrate(url, { folder });
    await rm(path.join(folder, '2_newer'), { recursive: true });
    expect(await refusal()).toMatchObject({ code: 'UNKNOWN_APPLIED', migration: '2_newer' });
  });

  it('keeps what a migration sets for itself from the next one', async () => {
    await writeMigration('1_first', "SET search_path = ''; CREATE TABLE public.first (id int);");
    await writeMigration('2_second', 'CREATE TABLE second (id int);');
    await migrate(url, { folder });
    expect(await tables()).toEqual(['first', 'second']);
  });
});

describe('the Prisma CLI', () => {
  it('accepts a database that was migrated at start-up as its own work', async () => {
    await migrate(url);
    const status = await prisma('migrate', 'status');
    expect(status).toEqual({ code: 0, output: expect.stringContaining('Database schema is up to date!') });
    const deploy = await prisma('migrate', 'deploy');
    expect(deploy).toEqual({ code: 0, output: expect.stringContaining('No pending migrations to apply.') });
  });

  it('migrates a missing database itself, which start-up then finds up to date', async () => {
    const deploy = await prisma('migrate', 'deploy');
    expect(deploy).toEqual({ code: 0, output: expect.stringContaining('successfully applied') });
    await cp(path.join(root, 'prisma/migrations'), folder, { recursive: true });
    expect(await migrate(url, { folder })).toEqual([]);
  });

  it('says so when the server cannot be reached', async () => {
    url = databaseUrl('postgresql://spine@127.0.0.1:1', 'spine');
    try {
      const status = await prisma('migrate', 'status');
      expect(status).toEqual({ code: 1, output: expect.stringContaining('P1001') });
    } finally {
      url = databaseUrl(testServerUrl(), 'none');
    }
  });
});
