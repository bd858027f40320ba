import { randomUUID } from 'node:crypto';

import pg from 'pg';

import { errorCode } from '../infra/runtime/error-code.js';
import { MIGRATIONS_FOLDER, readMigrations, type MigrationFile } from './migration-files.js';

/**
 * - `FAILED_EARLIER`: a migration was begun and neither finished nor rolled back; the database is half-migrated
 * - `EDITED`: an applied migration's file is not the one that was applied
 * - `UNKNOWN_APPLIED`: the database is ahead of this code
 * - `FAILED`: a migration failed now; its transaction was rolled back
 */
export type MigrationErrorCode = 'FAILED_EARLIER' | 'EDITED' | 'UNKNOWN_APPLIED' | 'FAILED';

/** Why a database cannot be brought up to date. The message is one sentence that names the migration and a way out. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;
  readonly migration: string;

  constructor(code: MigrationErrorCode, migration: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.migration = migration;
  }
}

export interface MigrateOptions {
  /** Told each migration before it is applied. */
  readonly onProgress?: (step: string) => void;
  /** A folder of `<name>/migration.sql`. `prisma/migrations` by default. */
  readonly folder?: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/** The key Prisma locks by, so that its CLI and this runner wait for each other. */
const ADVISORY_LOCK = 72_707_369;

/** Prisma's own table, so that `prisma migrate status`, `deploy` and `resolve` go on from here. */
const BOOKKEEPING = `
  CREATE TABLE IF NOT EXISTS public._prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Brings a database up to date with `prisma/migrations`, making the database when it is missing. Each migration is
 * one transaction together with its record. Processes that do this at the same time wait for each other.
 *
 * @param url connection string of the owner, on the database to migrate
 * @returns names of the migrations applied now, in order
 * @throws MigrationError when the database is not in a state to go on from, or a migration fails
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<readonly string[]> {
  const files = await readMigrations(options.folder ?? MIGRATIONS_FOLDER);
  const client = await connectMakingDatabase(url);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(BOOKKEEPING);
    const pending = pendingMigrations(files, await appliedMigrations(client));
    for (const file of pending) {
      options.onProgress?.(`Applying migration ${file.name}`);
      await applyMigration(client, file);
    }
    return pending.map((file) => file.name);
  } finally {
    // Ends the advisory lock too.
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<readonly AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name, checksum, finished_at FROM public._prisma_migrations
      WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows;
}

/** What is left to apply, or the reason why nothing may be applied. */
function pendingMigrations(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const { migration_name: name, checksum, finished_at: finishedAt } of applied) {
    if (finishedAt === null) {
      throw new MigrationError(
        'FAILED_EARLIER',
        name,
        `The database is half-migrated: migration ${name} was begun earlier and did not finish. Repair what it ` +
          `left and run "npx prisma migrate resolve --rolled-back ${name}", or restore a backup.`,
      );
    }
    const file = byName.get(name);
    if (!file) {
      throw new MigrationError(
        'UNKNOWN_APPLIED',
        name,
        `The database has migration ${name}, which this version does not know: a newer version was run on it, ` +
          'so run that version or restore an earlier backup.',
      );
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        'EDITED',
        name,
        `Migration ${name} was edited after it was applied to this database: restore its file and put the change ` +
          'into a new migration.',
      );
    }
  }
  const appliedNames = new Set(applied.map((migration) => migration.migration_name));
  return files.filter((file) => !appliedNames.has(file.name));
}

/**
 * A process killed half-way leaves nothing behind, because the record is part of the transaction. A migration that
 * ends the transaction by itself commits its unfinished record with it, which the next run then refuses.
 */
async function applyMigration(client: pg.Client, { name, sql, checksum }: MigrationFile): Promise<void> {
  const id = randomUUID();
  try {
    await client.query('BEGIN');
    await client.query(
      'INSERT INTO public._prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)',
      [id, checksum, name],
    );
    // Without parameters the file goes as one simple query: function bodies and literals stay whole.
    await client.query(sql);
    await client.query(
      'UPDATE public._prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1',
      [id],
    );
    await client.query('COMMIT');
    // What a migration sets for itself is not for the next one.
    await client.query('RESET ALL');
  } catch (error) {
    const reason = describe(error);
    await recordFailure(client, { id, name, checksum, reason });
    throw new MigrationError('FAILED', name, `Migration ${name} failed and was rolled back: ${reason}`, {
      cause: error,
    });
  }
}

/** Keeps the reason for `prisma migrate status`. A record that the migration itself committed stays unfinished. */
async function recordFailure(
  client: pg.Client,
  failure: { readonly id: string; readonly name: string; readonly checksum: string; readonly reason: string },
): Promise<void> {
  const record = async () => {
    await client.query('ROLLBACK');
    await client.query(
      `INSERT INTO public._prisma_migrations (id, checksum, migration_name, logs, rolled_back_at)
         VALUES ($1, $2, $3, $4, now())
       ON CONFLICT (id) DO UPDATE SET logs = EXCLUDED.logs`,
      [failure.id, failure.checksum, failure.name, failure.reason],
    );
  };
  // The connection itself may be what failed; the migration's own error is the one to report.
  await record().catch(() => undefined);
}

async function connectMakingDatabase(url: string): Promise<pg.Client> {
  try {
    return await connect(url);
  } catch (error) {
    if (errorCode(error) !== '3D000') throw error;
    await createDatabase(url);
    return connect(url);
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'spine-migrate' });
  // A connection that breaks fails the query under way; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const client = await connect(maintenance.toString());
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // 42P04, 23505: another process made it meanwhile.
    if (!['42P04', '23505'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await client.end();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? error.message : String(error);
  return [error.message, error.detail, error.where?.split('\n')[0]].filter(Boolean).join('; ');
}
